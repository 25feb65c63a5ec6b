package dev.mesosshuffle.benchmark.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks over what a service sends, from header to header. The bytes of blocks are skipped unseen, so that this costs
 * next to nothing for each block; a failure is never mistaken for one.
 */
public final class FrameWalker {
    /** No answer that is looked into is longer; a failure's text may be. */
    private static final int MAX_SMALL_FRAME = 64 * 1024;

    private final Listener listener;
    /** The beginning of a frame whose rest has not come yet. */
    private final ByteBuffer partial = ByteBuffer.allocate(MAX_SMALL_FRAME);
    /** Bytes of a block that are still to come. */
    private long toSkip;
    /** How long the block is to which they belong; -1 outside of blocks. */
    private long block = -1;

    /** Told what came, in order. */
    public interface Listener {
        /** An RPC was answered; the buffer begins behind the frame's type and is only lent. */
        void onRpcResponse(ByteBuffer answer) throws IOException;

        /** All bytes of a block have come. */
        void onBlock(long bytes) throws IOException;
    }

    /** Tells the listener. */
    public FrameWalker(Listener listener) {
        this.listener = listener;
    }

    /**
     * Takes the next bytes that came.
     *
     * @throws IOException if the service answered with a failure, or with what is no answer
     */
    public void walk(ByteBuffer in) throws IOException {
        while (in.hasRemaining()) {
            if (block >= 0) {
                skip(in);
            } else if (partial.position() > 0 || !header(in)) {
                collect(in);
            }
        }
    }

    private void skip(ByteBuffer in) throws IOException {
        int run = (int) Math.min(toSkip, in.remaining());
        in.position(in.position() + run);
        toSkip -= run;
        endBlock();
    }

    private void startBlock(long bytes) throws IOException {
        block = bytes;
        toSkip = bytes;
        endBlock();
    }

    private void endBlock() throws IOException {
        if (toSkip == 0) {
            long whole = block;
            block = -1;
            listener.onBlock(whole);
        }
    }

    /** Reads a chunk's header where it lies, as nearly all of them do; says whether that was possible. */
    private boolean header(ByteBuffer in) throws IOException {
        if (in.remaining() < Frame.CHUNK_HEADER_BYTES || in.get(in.position() + Long.BYTES) != Frame.CHUNK) {
            return false;
        }
        long length = in.getLong(in.position());
        in.position(in.position() + Frame.CHUNK_HEADER_BYTES);
        startBlock(length - Frame.CHUNK_HEADER_BYTES);
        return true;
    }

    /** Moves the header of a chunk, or the whole of another frame, to where it lies in one piece. */
    private void collect(ByteBuffer in) throws IOException {
        if (!fill(in, Frame.HEADER_BYTES)) {
            return;
        }
        long length = partial.getLong(0);
        byte type = partial.get(Long.BYTES);
        if (type != Frame.CHUNK && (length < Frame.HEADER_BYTES || length > MAX_SMALL_FRAME)) {
            throw new IOException(
                    "frame of type " + type + " and " + length + " bytes (expected: at most " + MAX_SMALL_FRAME + ")");
        }
        int wanted = type == Frame.CHUNK ? Frame.CHUNK_HEADER_BYTES : (int) length;
        if (fill(in, wanted)) {
            partial.flip().position(Frame.HEADER_BYTES);
            try {
                act(type, length);
            } finally {
                partial.clear();
            }
        }
    }

    private boolean fill(ByteBuffer in, int wanted) {
        int run = Math.min(wanted - partial.position(), in.remaining());
        if (run > 0) {
            partial.put(partial.position(), in, in.position(), run);
            partial.position(partial.position() + run);
            in.position(in.position() + run);
        }
        return partial.position() >= wanted;
    }

    private void act(byte type, long length) throws IOException {
        switch (type) {
            case Frame.RPC_RESPONSE -> listener.onRpcResponse(partial);
            case Frame.CHUNK -> startBlock(length - Frame.CHUNK_HEADER_BYTES);
            case Frame.STREAM_RESPONSE -> startBlock(partial.getLong((int) length - Long.BYTES));
            default ->
                throw new IOException("answer of type " + type + ": "
                        + StandardCharsets.UTF_8.decode(partial).toString().strip());
        }
    }
}
