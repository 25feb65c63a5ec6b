package dev.mesosshuffle.it.wire;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Passes bytes on, and keeps them if it should, with a new piece at each flush. */
final class SentPieces extends FilterOutputStream {
    private final List<byte[]> pieces = new ArrayList<>();
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
    private boolean recording;

    SentPieces(OutputStream out) {
        super(out);
    }

    void record() {
        recording = true;
    }

    List<byte[]> recorded() {
        return List.copyOf(pieces);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int count) throws IOException {
        if (recording) {
            piece.write(bytes, start, count);
        }
        out.write(bytes, start, count);
    }

    @Override
    public void flush() throws IOException {
        if (piece.size() > 0) {
            pieces.add(piece.toByteArray());
            piece.reset();
        }
        out.flush();
    }
}
