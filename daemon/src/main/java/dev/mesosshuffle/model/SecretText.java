package dev.mesosshuffle.model;

import java.nio.CharBuffer;

/** A secret that was given as a setting, such as a password. It is never printed. Immutable. */
public final class SecretText {
    private final char[] characters;

    /** Keeps a copy of a text. */
    public SecretText(String text) {
        this.characters = text.toCharArray();
    }

    /** A copy of the secret, which its user may overwrite. */
    public char[] characters() {
        return characters.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretText secret
                && CharBuffer.wrap(characters).equals(CharBuffer.wrap(secret.characters));
    }

    @Override
    public int hashCode() {
        return CharBuffer.wrap(characters).hashCode();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
