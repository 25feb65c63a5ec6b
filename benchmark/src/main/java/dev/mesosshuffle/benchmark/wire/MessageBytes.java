package dev.mesosshuffle.benchmark.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Collects the bytes of one message. Numbers are big-endian, and a text has its length before it. */
final class MessageBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    MessageBytes type(int id) {
        bytes.write(id);
        return this;
    }

    MessageBytes bool(boolean value) {
        bytes.write(value ? 1 : 0);
        return this;
    }

    MessageBytes int32(int value) {
        return raw(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    MessageBytes int64(long value) {
        return raw(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    MessageBytes text(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        return int32(encoded.length).raw(encoded);
    }

    MessageBytes raw(byte[] more) {
        bytes.write(more, 0, more.length);
        return this;
    }

    byte[] toArray() {
        return bytes.toByteArray();
    }
}
