package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of a client's message. A field's length is compared with its limit and with what there is before anything is
 * allocated.
 */
final class FieldReader {
    private final ByteBuffer rest;

    FieldReader(byte[] message) {
        rest = ByteBuffer.wrap(message);
    }

    /** Skips the tag, which has shown the kind of message. */
    void tag() throws HandshakeException {
        require("tag", 1);
        rest.get();
    }

    int number(String name) throws HandshakeException {
        require(name, Integer.BYTES);
        return rest.getInt();
    }

    /**
     * Reads a field that begins with its length.
     *
     * @param min the fewest bytes that it may have
     * @param max the most
     */
    byte[] bytes(String name, int min, int max) throws HandshakeException {
        int length = number("length of " + name);
        if (length < min || length > max) {
            throw HandshakeException.malformed(
                    name + " of " + length + " bytes (expected: " + (min == max ? min : min + " to " + max) + ")");
        }
        require(name, length);
        byte[] bytes = new byte[length];
        rest.get(bytes);
        return bytes;
    }

    String text(String name, int max) throws HandshakeException {
        byte[] bytes = bytes(name, 0, max);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw HandshakeException.malformed(name + ": not UTF-8");
        }
    }

    /** Nothing may follow: what follows would not be part of what the client proves. */
    void end() throws HandshakeException {
        if (rest.hasRemaining()) {
            throw HandshakeException.malformed(rest.remaining() + " bytes after the message (expected: none)");
        }
    }

    private void require(String name, int bytes) throws HandshakeException {
        if (rest.remaining() < bytes) {
            throw HandshakeException.malformed(
                    name + ": the message ends after " + rest.remaining() + " bytes of it (expected: " + bytes + ")");
        }
    }
}
