package dev.mesosshuffle.admin;

/** No socket can have the path that follows from the configuration. The message is fit for people. */
public final class SocketPathException extends Exception {
    SocketPathException(String message) {
        super(message);
    }
}
