package dev.mesosshuffle.benchmark.load;

import dev.mesosshuffle.benchmark.wire.Frame;
import dev.mesosshuffle.benchmark.wire.StreamHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the requests for all chunks of a stream, which leave in one burst. */
enum ChunkRequests {
    CHUNKS {
        @Override
        void write(StreamHandle stream, ByteBuffer out) {
            for (int chunk = 0; chunk < stream.chunks(); chunk++) {
                out.putLong(Frame.CHUNK_HEADER_BYTES)
                        .put(Frame.CHUNK_REQUEST)
                        .putLong(stream.streamId())
                        .putInt(chunk);
            }
        }
    },

    STREAMS {
        @Override
        void write(StreamHandle stream, ByteBuffer out) {
            for (int chunk = 0; chunk < stream.chunks(); chunk++) {
                byte[] name = (stream.streamId() + "_" + chunk).getBytes(StandardCharsets.US_ASCII);
                out.putLong(Frame.HEADER_BYTES + Integer.BYTES + name.length)
                        .put(Frame.STREAM_REQUEST)
                        .putInt(name.length)
                        .put(name);
            }
        }
    };

    /** A stream request is the longer one; its name has at most 31 characters. */
    static final int MAX_BYTES = Frame.HEADER_BYTES + Integer.BYTES + 31;

    abstract void write(StreamHandle stream, ByteBuffer out);

    static ChunkRequests of(FetchKind kind) {
        return kind == FetchKind.STREAM ? STREAMS : CHUNKS;
    }
}
