package dev.mesosshuffle.transport;

import org.jspecify.annotations.Nullable;

/**
 * How the server listens and treats its connections.
 *
 * @param host the address to bind, or null for all
 * @param port the port to bind; 0 for a free one
 * @param io the implementation of sockets
 * @param serverThreads the number of event loops; 0 for a default that suits this host
 * @param socketOptions the options of the sockets
 * @param limits what connections may do
 */
public record ServerConfig(
        @Nullable String host,
        int port,
        IoMode io,
        int serverThreads,
        SocketOptions socketOptions,
        ConnectionLimits limits) {
    /**
     * Options of the listening socket and of the connections.
     *
     * @param backLog the number of connections that may wait to be accepted; 0 or less for the system's default
     * @param receiveBuffer SO_RCVBUF in bytes; 0 or less for the system's default
     * @param sendBuffer SO_SNDBUF in bytes; 0 or less for the system's default
     * @param tcpKeepAlive whether the kernel probes idle peers
     */
    public record SocketOptions(int backLog, int receiveBuffer, int sendBuffer, boolean tcpKeepAlive) {}

    /** The implementation of sockets. */
    public enum IoMode {
        /** Native epoll if it loads, otherwise the JDK's NIO. */
        AUTO,
        /** The JDK's NIO. */
        NIO,
        /** Native epoll; the server does not start without it. */
        EPOLL
    }
}
