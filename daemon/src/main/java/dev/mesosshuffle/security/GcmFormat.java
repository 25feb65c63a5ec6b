package dev.mesosshuffle.security;

/**
 * The format of an AES/GCM message of Spark:
 *
 * <pre>
 * 8 bytes      length of the message, with these 8
 * 1 byte       length of the header, with this one
 * key's length salt
 * 7 bytes      prefix of the nonces
 * segments     32,752 bytes encrypted, the last one less, and 16 bytes of tag each
 * </pre>
 *
 * A message without content has no segment.
 */
final class GcmFormat {
    static final int LENGTH_BYTES = Long.BYTES;
    static final int PREFIX_BYTES = 7;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    /** A segment with its tag. */
    static final int SEGMENT_BYTES = 32 * 1024;

    static final int PLAIN_SEGMENT_BYTES = SEGMENT_BYTES - TAG_BYTES;

    /** What a frame of Spark, whose length is an int, may take, with a margin. Nothing of this size is ever allocated. */
    static final long MAX_MESSAGE_BYTES = (1L << 31) + (1L << 21);

    private GcmFormat() {}

    /** The length of everything before the first segment. */
    static int headBytes(int keyBytes) {
        return LENGTH_BYTES + headerBytes(keyBytes);
    }

    /** The length of the header; its first byte. */
    static int headerBytes(int keyBytes) {
        return 1 + keyBytes + PREFIX_BYTES;
    }

    /** The number of segments of some content. */
    static int segments(int plainBytes) {
        return (int) ((plainBytes + (long) PLAIN_SEGMENT_BYTES - 1) / PLAIN_SEGMENT_BYTES);
    }

    /** Whether a message can have this length. */
    static boolean isPossibleLength(long messageBytes, int keyBytes) {
        int headBytes = headBytes(keyBytes);
        if (messageBytes < headBytes || messageBytes > MAX_MESSAGE_BYTES) {
            return false;
        }
        long last = (messageBytes - headBytes) % SEGMENT_BYTES;
        return last == 0 || last >= TAG_BYTES;
    }
}
