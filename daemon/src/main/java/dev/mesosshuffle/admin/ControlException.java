package dev.mesosshuffle.admin;

/** What was asked of the daemon was not done. The message is one line, fit for people. */
public final class ControlException extends Exception {
    ControlException(String message) {
        super(message);
    }
}
