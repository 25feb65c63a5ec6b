package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Walks over a message and checks every length in it, before Spark's decoders see it: they allocate what a length
 * asks for before they look whether that many bytes are there. The buffer's own position is left alone.
 *
 * <p>The parts are those of Spark's {@code Encoders}: a string or an array is a 4-byte count and its elements.
 */
final class LengthValidator {
    private final ByteBuf buf;
    private int position;

    LengthValidator(ByteBuf buf) {
        this.buf = buf;
        this.position = buf.readerIndex();
    }

    LengthValidator string(String name) throws MalformedMessageException {
        skip(name, count(name, Byte.BYTES));
        return this;
    }

    LengthValidator strings(String name) throws MalformedMessageException {
        int strings = count(name, Integer.BYTES);
        for (int i = 0; i < strings; i++) {
            string(name);
        }
        return this;
    }

    /** Checks arrays of ints, each with a length of its own, and returns these lengths. */
    int[] intArrays(String name) throws MalformedMessageException {
        int[] lengths = new int[count(name, Integer.BYTES)];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = count(name, Integer.BYTES);
            skip(name, lengths[i] * Integer.BYTES);
        }
        return lengths;
    }

    /** Checks an array of longs and returns how many there are. */
    int longs(String name) throws MalformedMessageException {
        int longs = count(name, Long.BYTES);
        skip(name, longs * Long.BYTES);
        return longs;
    }

    /** Checks a boolean and returns it. */
    boolean bool(String name) throws MalformedMessageException {
        skip(name, Byte.BYTES);
        return buf.getByte(position - 1) != 0;
    }

    LengthValidator skip(String name, int bytes) throws MalformedMessageException {
        if (bytes > remaining()) {
            throw new MalformedMessageException(
                    name + ": " + remaining() + " bytes left (expected: at least " + bytes + ")");
        }
        position += bytes;
        return this;
    }

    /** Reads a count and checks that as many elements of at least the given size can follow. */
    private int count(String name, int elementBytes) throws MalformedMessageException {
        if (remaining() < Integer.BYTES) {
            throw new MalformedMessageException(name + ": " + remaining() + " bytes left (expected: a 4-byte length)");
        }
        int count = buf.getInt(position);
        position += Integer.BYTES;
        if (count < 0 || count > remaining() / elementBytes) {
            throw new MalformedMessageException("length of " + name + ": " + count + " (expected: 0 to "
                    + remaining() / elementBytes + ", for " + remaining() + " bytes are left)");
        }
        return count;
    }

    private int remaining() {
        return buf.writerIndex() - position;
    }
}
