package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Validates every length in a message before Spark's decoders read it, because they allocate what a length demands before
 * they check that the bytes are there. Leaves the buffer's own position alone. Confined to one thread.
 *
 * <p>The fields are those of Spark's {@code Encoders}: a string or an array is a 4-byte count and its elements. Each method
 * takes the name of a field, for the message of the exception.
 */
final class LengthValidator {
    private final ByteBuf buf;
    private int position;

    LengthValidator(ByteBuf buf) {
        this.buf = buf;
        this.position = buf.readerIndex();
    }

    /** Validates a string. */
    LengthValidator string(String name) throws MalformedMessageException {
        skip(name, count(name, Byte.BYTES));
        return this;
    }

    /** Validates an array of strings and returns how many there are. */
    int strings(String name) throws MalformedMessageException {
        int strings = count(name, Integer.BYTES);
        for (int i = 0; i < strings; i++) {
            string(name);
        }
        return strings;
    }

    /** Validates arrays of ints, each with its own length. */
    IntArrays intArrays(String name) throws MalformedMessageException {
        int arrays = count(name, Integer.BYTES);
        int start = position;
        int ints = 0;
        boolean pairs = true;
        for (int i = 0; i < arrays; i++) {
            int length = count(name, Integer.BYTES);
            skip(name, length * Integer.BYTES);
            ints += length;
            pairs &= length == 2;
        }
        return new IntArrays(arrays, ints, pairs, start);
    }

    /**
     * The measures of validated arrays of ints.
     *
     * @param arrays the number of arrays
     * @param ints the number of ints in all of them
     * @param pairs whether each has two
     * @param start the position of the first one's length in the buffer
     */
    record IntArrays(int arrays, int ints, boolean pairs, int start) {}

    /** Validates an array of longs and returns its length. */
    int longs(String name) throws MalformedMessageException {
        int longs = count(name, Long.BYTES);
        skip(name, longs * Long.BYTES);
        return longs;
    }

    /** Validates a boolean and returns it. */
    boolean bool(String name) throws MalformedMessageException {
        skip(name, Byte.BYTES);
        return buf.getByte(position - 1) != 0;
    }

    /** Returns whether exactly one byte follows the validated fields, and has this value. */
    boolean isLastByte(byte value) {
        return remaining() == Byte.BYTES && buf.getByte(position) == value;
    }

    /** The position in the buffer of what comes after the validated fields. */
    int position() {
        return position;
    }

    /** Validates a field of fixed size. */
    LengthValidator skip(String name, int bytes) throws MalformedMessageException {
        if (bytes > remaining()) {
            throw new MalformedMessageException(
                    name + ": " + remaining() + " bytes left (expected: at least " + bytes + ")");
        }
        position += bytes;
        return this;
    }

    /** Reads a count and validates that this many elements, of at least the given size, can follow. */
    private int count(String name, int elementBytes) throws MalformedMessageException {
        if (remaining() < Integer.BYTES) {
            throw new MalformedMessageException(name + ": " + remaining() + " bytes left (expected: a 4-byte length)");
        }
        int count = buf.getInt(position);
        position += Integer.BYTES;
        if (count < 0 || count > remaining() / elementBytes) {
            throw new MalformedMessageException("length of " + name + ": " + count + " (expected: 0 to "
                    + remaining() / elementBytes + " with " + remaining() + " bytes left)");
        }
        return count;
    }

    private int remaining() {
        return buf.writerIndex() - position;
    }
}
