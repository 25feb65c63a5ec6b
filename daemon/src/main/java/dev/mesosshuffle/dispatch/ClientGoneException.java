package dev.mesosshuffle.dispatch;

/** Work was stopped because its client has closed the connection, so that nobody waits for the answer. */
final class ClientGoneException extends Exception {
    private static final long serialVersionUID = 1L;

    ClientGoneException(String client) {
        super("client " + client + " has gone", null, false, false);
    }
}
