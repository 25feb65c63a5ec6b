package dev.mesosshuffle.config;

/**
 * One thing that can be set.
 *
 * @param <T> its value's type
 * @param name what users write
 * @param defaultText its default, as a user would write it; where it depends on another key, what follows from that one's
 * @param parser reads its value
 * @param secret whether its value must never be shown
 * @param description one line for users
 */
record ConfigKey<T>(String name, String defaultText, ValueParser<T> parser, boolean secret, String description) {
    /** The syntax of its value, for people. */
    String expected() {
        return parser.expected();
    }
}
