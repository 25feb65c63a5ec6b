package dev.mesosshuffle.json;

import java.io.IOException;
import java.io.Writer;
import java.nio.CharBuffer;

/** Writes to an {@link Appendable}, which others close. */
final class AppendableWriter extends Writer {
    private final Appendable out;

    AppendableWriter(Appendable out) {
        this.out = out;
    }

    @Override
    public void write(char[] chars, int offset, int length) throws IOException {
        out.append(CharBuffer.wrap(chars, offset, length));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
