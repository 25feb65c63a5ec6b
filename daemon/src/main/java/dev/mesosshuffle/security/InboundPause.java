package dev.mesosshuffle.security;

/**
 * Stops reading from a connection while too much that was read waits to be decrypted. Called on the connection's event loop.
 */
public interface InboundPause {
    /** Nothing more is to be read. */
    void pause();

    /** Reading may go on. */
    void resume();
}
