package dev.mesosshuffle.admin;

import java.time.Duration;

/**
 * The protocol of the socket, in UTF-8. The client sends one line, such as {@code keep APP}; the daemon responds with
 * {@code ok} on one line and then text for the operator, or with one line that begins with {@code error} and gives the
 * reason; then it closes the connection.
 */
final class ControlProtocol {
    /** Ample for the longest application id, in which each character may take three bytes. */
    static final int MAX_REQUEST_BYTES = 4096;

    /** The time for a client's request and its response; no operator types meanwhile. */
    static final Duration DEADLINE = Duration.ofSeconds(45);

    static final String OK = "ok\n";
    static final String ERROR = "error ";

    private ControlProtocol() {}
}
