package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Changes nothing. */
final class PlainCodec implements WireCodec {
    @Override
    public ByteBuffer encode(ByteBuffer plain) {
        return plain;
    }

    @Override
    public void decode(ByteBuffer wire, Plain plain) throws IOException {
        plain.accept(wire);
    }
}
