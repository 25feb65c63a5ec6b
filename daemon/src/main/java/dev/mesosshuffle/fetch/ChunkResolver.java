package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.registry.Registry;
import org.jspecify.annotations.Nullable;

/** Makes a task of each chunk that a client asks for. Confined to the connection's event loop. */
public final class ChunkResolver {
    private final ConnectionStreams streams;
    private final Registry registry;
    private final BlockResolver resolver;

    public ChunkResolver(ConnectionStreams streams, Registry registry, BlockResolver resolver) {
        this.streams = streams;
        this.registry = registry;
        this.resolver = resolver;
    }

    /**
     * Takes a chunk that is to be sent in a frame.
     *
     * @throws ChunkRefusedException if it cannot be had
     */
    public ChunkRead take(long streamId, int chunkIndex) throws ChunkRefusedException {
        return take(streamId, chunkIndex, null);
    }

    /**
     * Takes a chunk that is to be sent outside of frames.
     *
     * @param streamChunkId its stream and index, {@code 17_0}
     * @throws ChunkRefusedException if it cannot be had
     */
    public ChunkRead take(String streamChunkId) throws ChunkRefusedException {
        int separator = streamChunkId.indexOf('_');
        try {
            long streamId = Long.parseLong(streamChunkId.substring(0, Math.max(separator, 0)));
            return take(streamId, Integer.parseInt(streamChunkId.substring(separator + 1)), streamChunkId);
        } catch (NumberFormatException e) {
            throw new ChunkRefusedException(ProtocolErrors.badRequest(
                    "stream id: " + Sanitizer.printable(streamChunkId) + " (expected: STREAM_CHUNK, two numbers)"));
        }
    }

    private ChunkRead take(long streamId, int chunkIndex, @Nullable String streamChunkId) throws ChunkRefusedException {
        Chunk chunk;
        try {
            chunk = streams.take(streamId, chunkIndex);
        } catch (NoSuchChunkException e) {
            Integer expected = e.expectedIndex();
            throw new ChunkRefusedException(
                    expected == null
                            ? ProtocolErrors.noSuchStream(streamId)
                            : ProtocolErrors.outOfOrderChunk(chunkIndex, expected));
        }
        RegisteredExecutor executor = registry.executor(chunk.executor());
        if (executor == null) {
            throw new ChunkRefusedException(ProtocolErrors.notRegistered(chunk.executor()));
        }
        return new ChunkRead(chunk, resolver.locate(executor, chunk.block()), streamChunkId);
    }
}
