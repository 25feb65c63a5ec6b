package dev.mesosshuffle.admin;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The path of the socket for operators: beside the registry, and like that one for each port. */
public final class ControlSocket {
    /** The kernel takes 107 and a zero at the end; the JDK takes one less. */
    static final int MAX_PATH_BYTES = 106;

    private ControlSocket() {}

    /**
     * Returns the socket's path.
     *
     * @param stateDir the directory of the registry
     * @param port the service's port
     * @return the path, absolute
     * @throws SocketPathException if no socket can have it
     */
    public static Path path(Path stateDir, int port) throws SocketPathException {
        Path path = stateDir.toAbsolutePath().normalize().resolve("control-" + port + ".sock");
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            throw new SocketPathException("the path of the socket for apps, keep, release and remove has " + bytes
                    + " bytes: " + path + " (expected: at most " + MAX_PATH_BYTES
                    + "; set a shorter spark.mesos.shuffle.service.state.dir)");
        }
        return path;
    }

    /**
     * Finds the sockets that a daemon listens at.
     *
     * @param stateDirs possible directories of the registry, the most likely one first
     * @param port the service's port
     * @return such sockets, in that order
     */
    public static List<Path> find(List<Path> stateDirs, int port) {
        List<Path> found = new ArrayList<>();
        for (Path stateDir : stateDirs) {
            try {
                Path socket = path(stateDir, port);
                SocketChannel.open(address(socket)).close();
                found.add(socket);
            } catch (IOException | SocketPathException e) {
                // Not here.
            }
        }
        return found;
    }

    static UnixDomainSocketAddress address(Path path) {
        return UnixDomainSocketAddress.of(path);
    }
}
