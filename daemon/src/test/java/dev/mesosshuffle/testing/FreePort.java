package dev.mesosshuffle.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** A port of the loopback address for a process that a test starts. */
public final class FreePort {
    public static final String LOOPBACK = "127.0.0.1";

    private static final Path EPHEMERAL_PORTS = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** Above the ports of well-known services, the daemon's own included. */
    private static final int FIRST_PORT = 10_000;

    private static final int ATTEMPTS = 1_000;

    private static final Set<Integer> FOUND = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /**
     * A port that nothing has and that was not found before. It is none of those that the kernel gives to outgoing
     * connections: one of them could take the port before the process does.
     *
     * @throws IOException if there is none
     */
    public static int find() throws IOException {
        // By lines: what is not read at once, such a file does not give.
        int firstEphemeral =
                Integer.parseInt(Files.readAllLines(EPHEMERAL_PORTS).get(0).split("\\s+", 2)[0]);
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, firstEphemeral);
            if (isFree(port) && FOUND.add(port)) {
                return port;
            }
        }
        throw new IOException("no free port from " + FIRST_PORT + " to " + firstEphemeral);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    public static boolean isListening(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
