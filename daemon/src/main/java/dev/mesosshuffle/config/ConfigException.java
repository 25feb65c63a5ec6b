package dev.mesosshuffle.config;

/** The configuration cannot be used. The message is one line that tells an operator what to change. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }
}
