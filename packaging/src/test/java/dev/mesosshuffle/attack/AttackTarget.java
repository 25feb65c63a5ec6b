package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.SentWork;
import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What an attacker knows of the daemon.
 *
 * @param port where it listens, on loopback
 * @param root its local root
 * @param sent what hostile clients have sent to it
 */
record AttackTarget(int port, Path root, SentWork sent) {
    /** Where hostile clients come from. */
    private static final String HOSTILE_ADDRESS = "127.0.0.66";

    AttackTarget(int port, Path root) {
        this(port, root, new SentWork());
    }

    WireClient hostileClient() throws IOException {
        return hostileClient(0);
    }

    /**
     * Connects one with a small window.
     *
     * @param receiveBufferBytes its socket's, 0 for the system's default
     */
    WireClient hostileClient(int receiveBufferBytes) throws IOException {
        return new WireClient(port, HOSTILE_ADDRESS, receiveBufferBytes, sent);
    }
}
