package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * The strings of a message as they arrived, in as many bytes; each becomes a {@code String} when it is asked for.
 * Immutable.
 */
final class PackedStrings extends AbstractList<String> implements RandomAccess {
    /** This object, and the heads of its arrays. */
    private static final int FIXED_BYTES = 72;

    private final byte[] texts;
    /** Where each string ends in {@link #texts}. */
    private final int[] ends;

    private PackedStrings(byte[] texts, int[] ends) {
        this.texts = texts;
        this.ends = ends;
    }

    /**
     * Reads strings whose lengths were validated.
     *
     * @param body the message; its position is left alone
     * @param start the position of the first string's length
     * @param strings the number of strings
     */
    static PackedStrings read(ByteBuf body, int start, int strings) {
        int[] ends = new int[strings];
        int position = start;
        int end = 0;
        for (int i = 0; i < strings; i++) {
            int length = body.getInt(position);
            position += Integer.BYTES + length;
            end += length;
            ends[i] = end;
        }
        byte[] texts = new byte[end];
        position = start;
        end = 0;
        for (int next : ends) {
            body.getBytes(position + Integer.BYTES, texts, end, next - end);
            position += Integer.BYTES + next - end;
            end = next;
        }
        return new PackedStrings(texts, ends);
    }

    @Override
    public String get(int index) {
        int start = index == 0 ? 0 : ends[Objects.checkIndex(index, ends.length) - 1];
        return new String(texts, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    @Override
    public int size() {
        return ends.length;
    }

    /** The heap that the strings occupy, in bytes, estimated from above. */
    long retainedBytes() {
        return FIXED_BYTES + texts.length + (long) ends.length * Integer.BYTES;
    }
}
