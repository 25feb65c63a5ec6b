package dev.mesosshuffle;

import dev.mesosshuffle.config.ServiceConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the port until the parts that serve are there. */
final class ShuffleDaemon {
    private static final Logger log = LoggerFactory.getLogger(ShuffleDaemon.class);

    private final ServerSocket socket;

    private ShuffleDaemon(ServerSocket socket) {
        this.socket = socket;
    }

    /** Starts all parts and listens. */
    static ShuffleDaemon start(ServiceConfig config) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(new InetSocketAddress(config.host(), config.port()));
        Thread acceptor = new Thread(() -> closeAll(socket), "acceptor");
        acceptor.start();
        log.info("Listening on {}:{}", config.host(), socket.getLocalPort());
        return new ShuffleDaemon(socket);
    }

    /** Stops all parts in order. */
    void stop() {
        try {
            socket.close();
        } catch (IOException e) {
            log.warn("Cannot close the port: {}", e.getMessage());
        }
    }

    private static void closeAll(ServerSocket socket) {
        try {
            while (true) {
                socket.accept().close();
            }
        } catch (IOException e) {
            log.debug("No longer accepting", e);
        }
    }
}
