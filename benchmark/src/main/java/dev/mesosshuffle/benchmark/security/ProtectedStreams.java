package dev.mesosshuffle.benchmark.security;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The plain bytes of a blocking connection as streams. For one thread. */
final class ProtectedStreams {
    private static final int READ_BYTES = 64 * 1024;

    private final Endpoint.Connected connected;

    ProtectedStreams(Endpoint.Connected connected) {
        this.connected = connected;
    }

    InputStream input() throws IOException {
        return new Input(connected.channel().socket().getInputStream(), connected.codec());
    }

    OutputStream output() {
        return new Output(connected);
    }

    private static final class Input extends InputStream {
        private final InputStream wire;
        private final WireCodec codec;
        private final byte[] received = new byte[READ_BYTES];
        private ByteBuffer plain = ByteBuffer.allocate(0);

        Input(InputStream wire, WireCodec codec) {
            this.wire = wire;
            this.codec = codec;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (!plain.hasRemaining()) {
                int read = wire.read(received);
                if (read < 0) {
                    return -1;
                }
                ByteArrayOutputStream decoded = new ByteArrayOutputStream(read);
                codec.decode(ByteBuffer.wrap(received, 0, read), part -> {
                    byte[] copy = new byte[part.remaining()];
                    part.get(copy);
                    decoded.writeBytes(copy);
                });
                plain = ByteBuffer.wrap(decoded.toByteArray());
            }
            int run = Math.min(length, plain.remaining());
            plain.get(bytes, offset, run);
            return run;
        }
    }

    private static final class Output extends OutputStream {
        private final Endpoint.Connected connected;

        Output(Endpoint.Connected connected) {
            this.connected = connected;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer wire = connected.codec().encode(ByteBuffer.wrap(bytes, offset, length));
            while (wire.hasRemaining()) {
                connected.channel().write(wire);
            }
        }
    }
}
