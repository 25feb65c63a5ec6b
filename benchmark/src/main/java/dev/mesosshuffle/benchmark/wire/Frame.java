package dev.mesosshuffle.benchmark.wire;

/** What frames begin with: an 8-byte length, itself included, and one of these types. */
public final class Frame {
    /** Length and type. */
    public static final int HEADER_BYTES = Long.BYTES + Byte.BYTES;

    /** All of a chunk's frame but its bytes. */
    public static final int CHUNK_HEADER_BYTES = HEADER_BYTES + Long.BYTES + Integer.BYTES;

    /** Asks for a chunk. */
    public static final byte CHUNK_REQUEST = 0;

    /** A chunk, its bytes in the frame. */
    public static final byte CHUNK = 1;

    /** Asks whatever the body says. */
    public static final byte RPC_REQUEST = 3;

    /** Answers that. */
    public static final byte RPC_RESPONSE = 4;

    /** Tells something that is not answered. */
    public static final byte ONE_WAY = 9;

    /** Asks for a chunk whose bytes follow behind the frame. */
    public static final byte STREAM_REQUEST = 6;

    /** Announces such bytes. */
    public static final byte STREAM_RESPONSE = 7;

    private Frame() {}
}
