package dev.mesosshuffle.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the server listens and treats its connections.
 *
 * @param host the address to bind, or null for all
 * @param port the port to bind; 0 for a free one
 * @param io how sockets are driven
 * @param serverThreads how many event loops; 0 for as many as suit this host
 * @param backLog how many connections may wait to be accepted; 0 or less for the system's default
 * @param receiveBuffer SO_RCVBUF in bytes; 0 or less for the system's default
 * @param sendBuffer SO_SNDBUF in bytes; 0 or less for the system's default
 * @param tcpKeepAlive whether the kernel looks after quiet peers
 * @param idleTimeout after how long an idle connection is closed; zero for never
 * @param maxFrameBytes how long a frame from a client may be, in bytes
 */
public record ServerConfig(
        @Nullable String host,
        int port,
        IoMode io,
        int serverThreads,
        int backLog,
        int receiveBuffer,
        int sendBuffer,
        boolean tcpKeepAlive,
        Duration idleTimeout,
        int maxFrameBytes) {
    /** How sockets are driven. */
    public enum IoMode {
        /** Native epoll where it loads, else the JDK's. */
        AUTO,
        /** The JDK's. */
        NIO,
        /** Native epoll, or no start. */
        EPOLL
    }
}
