package dev.mesosshuffle.model;

import dev.mesosshuffle.logging.Sanitizer;

/** Validates the ids of applications and executors. */
public final class IdValidator {
    /** Mesos framework ids have 41 characters, Spark's executor ids fewer; this leaves ample room. */
    public static final int MAX_LENGTH = 512;

    private IdValidator() {}

    /**
     * Checks an id from a client, which is logged and stored.
     *
     * @param name what the id is, for the message
     * @param id the id
     * @return the id
     * @throws IllegalArgumentException if the id is empty, too long, or holds a control character
     */
    public static String check(String name, String id) {
        if (id.isEmpty() || id.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    name + " of " + id.length() + " characters (expected: 1 to " + MAX_LENGTH + ")");
        }
        if (Sanitizer.hasControlCharacter(id)) {
            throw new IllegalArgumentException(
                    name + ": " + Sanitizer.printable(id) + " (expected: no control characters)");
        }
        return id;
    }
}
