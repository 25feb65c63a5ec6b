package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.SentWork;
import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

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

    private static final byte LOOPBACK_NETWORK = 127;

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

    /** Connects one of many addresses. */
    WireClient strangeClient() throws IOException {
        byte[] address = new byte[Integer.BYTES];
        ThreadLocalRandom.current().nextBytes(address);
        address[0] = LOOPBACK_NETWORK;
        // The network's own address, and that for all of its hosts, are nobody's.
        address[3] = (byte) (1 + Math.floorMod(address[3], 254));
        return new WireClient(port, InetAddress.getByAddress(address).getHostAddress(), 0, sent);
    }

    /** Makes empty local dirs of no application's. */
    List<Path> newDirs(int count) throws IOException {
        List<Path> dirs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            dirs.add(Files.createDirectories(root.resolve("blockmgr-" + UUID.randomUUID())));
        }
        return dirs;
    }
}
