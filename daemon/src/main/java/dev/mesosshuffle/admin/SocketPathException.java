package dev.mesosshuffle.admin;

/** No socket can have the path that follows from the configuration. The message is for operators. */
public final class SocketPathException extends Exception {
    private static final long serialVersionUID = 1;

    SocketPathException(String message) {
        super(message);
    }
}
