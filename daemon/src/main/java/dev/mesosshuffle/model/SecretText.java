package dev.mesosshuffle.model;

/**
 * A setting that is never printed, such as a password. Immutable.
 *
 * @param value what it is
 */
public record SecretText(String value) {
    @Override
    public String toString() {
        return "(secret)";
    }
}
