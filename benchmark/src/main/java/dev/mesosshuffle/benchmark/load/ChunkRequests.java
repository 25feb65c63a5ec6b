package dev.mesosshuffle.benchmark.load;

import dev.mesosshuffle.benchmark.wire.Frame;
import dev.mesosshuffle.benchmark.wire.StreamHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the requests for all chunks of a stream, which leave in one burst. */
public enum ChunkRequests {
    /** As frames. */
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

    /** As streams, whose bytes come outside of frames. */
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

    /** Those that belong to a kind of fetch. */
    public static ChunkRequests of(FetchKind kind) {
        return kind == FetchKind.STREAM ? STREAMS : CHUNKS;
    }

    /** The requests as bytes of their own, where speed does not matter. */
    public byte[] toBytes(StreamHandle stream) {
        ByteBuffer out = ByteBuffer.allocate(stream.chunks() * MAX_BYTES);
        write(stream, out);
        return Arrays.copyOf(out.array(), out.position());
    }
}
