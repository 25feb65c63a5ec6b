package dev.mesosshuffle.fetch;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.protocol.ProtocolErrors;

/** A chunk that cannot be served. Carries the text for the client and no stack trace. */
final class ChunkRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private ChunkRefusedException(String error) {
        super(error, null, false, false);
    }

    /** The connection has no such stream, or all of its chunks were requested already. */
    static ChunkRefusedException unknownStream(long streamId) {
        return new ChunkRefusedException(ProtocolErrors.noSuchStream(streamId));
    }

    /** The stream has other chunks to send first. */
    static ChunkRefusedException outOfOrder(int chunkIndex, int expectedIndex) {
        return new ChunkRefusedException(ProtocolErrors.outOfOrderChunk(chunkIndex, expectedIndex));
    }

    /** The executor was removed after the stream was opened. */
    static ChunkRefusedException notRegistered(AppExecId executor) {
        return new ChunkRefusedException(ProtocolErrors.notRegistered(executor));
    }

    /** The name of a chunk in a {@code StreamRequest} cannot be parsed. */
    static ChunkRefusedException malformedName(String streamChunkId) {
        return new ChunkRefusedException(ProtocolErrors.badRequest(
                "stream id: " + Sanitizer.printable(streamChunkId) + " (expected: STREAM_CHUNK, two numbers)"));
    }

    /** The text for the client. */
    String error() {
        return String.valueOf(getMessage());
    }
}
