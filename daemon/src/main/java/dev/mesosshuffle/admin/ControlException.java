package dev.mesosshuffle.admin;

/** A command was not carried out. The message is one line, for operators. */
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1;

    ControlException(String message) {
        super(message);
    }
}
