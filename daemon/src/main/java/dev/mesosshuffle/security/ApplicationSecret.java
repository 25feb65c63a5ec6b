package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A secret. It is never a {@link String}, and never printed. Immutable. */
public final class ApplicationSecret {
    private final byte[] utf8;

    /** Keeps its own copy of the secret's UTF-8 bytes. */
    public ApplicationSecret(byte[] utf8) {
        this.utf8 = utf8.clone();
    }

    /** Keeps its own copy of a text that is a {@link String} already. */
    public static ApplicationSecret ofText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ApplicationSecret secret = new ApplicationSecret(utf8);
        Arrays.fill(utf8, (byte) 0);
        return secret;
    }

    /** How many characters it has. */
    int length() {
        char[] characters = characters();
        Arrays.fill(characters, '\0');
        return characters.length;
    }

    /** A copy of the secret in UTF-8. */
    public byte[] utf8() {
        return utf8.clone();
    }

    /** A copy of the secret as characters. */
    public char[] characters() {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(utf8));
        char[] characters = new char[decoded.remaining()];
        decoded.get(characters);
        Arrays.fill(decoded.array(), '\0');
        return characters;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
