package dev.mesosshuffle.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket of an earlier process, in whose queue connections may wait. Whoever has it adopts or discards it, once.
 * Used by one thread at a time.
 */
public final class KeptListener {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;

    private final Socket socket;
    private final InetSocketAddress address;
    private boolean adopted;

    private KeptListener(Socket socket, InetSocketAddress address) {
        this.socket = socket;
        this.address = address;
    }

    /**
     * Checks what a descriptor is.
     *
     * @param descriptor an open socket, which is the result's if there is one
     * @return null if it is no socket that listens for TCP, or native epoll does not load
     */
    public static @Nullable KeptListener of(int descriptor) {
        if (!Epoll.isAvailable()) {
            return null;
        }
        try {
            Socket socket = new Socket(descriptor);
            InetSocketAddress address = socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 0 ? null : socket.localAddress();
            return address == null || address.getAddress() == null ? null : new KeptListener(socket, address);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** Closes a descriptor that is none, and no more. */
    public static void close(int descriptor) {
        if (!Epoll.isAvailable()) {
            return;
        }
        try {
            close(new Socket(descriptor));
        } catch (ChannelException e) {
            // It is no open socket.
        }
    }

    /** The descriptor of a listening channel; empty if it is not one of the system's own, as with NIO. */
    static OptionalInt descriptor(Channel listener) {
        return listener instanceof EpollServerSocketChannel epoll && epoll.isOpen()
                ? OptionalInt.of(epoll.fd().intValue())
                : OptionalInt.empty();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Whether it is what would be bound for an address. All addresses of this host are the same in IPv4 and IPv6. */
    boolean listensOn(InetSocketAddress wanted) {
        return wanted.getPort() == address.getPort()
                && (wanted.getAddress().equals(address.getAddress())
                        || (wanted.getAddress().isAnyLocalAddress()
                                && address.getAddress().isAnyLocalAddress()));
    }

    /** As a channel, which owns it from then on. */
    EpollServerSocketChannel adopt() {
        adopted = true;
        return new EpollServerSocketChannel(socket.intValue());
    }

    /** Whether a server listens with it. */
    public boolean isAdopted() {
        return adopted;
    }

    /** Ends it in all processes that have it, so that its address is free; what waited in its queue is reset. */
    void discard() {
        try {
            socket.shutdown(true, true);
        } catch (IOException e) {
            // It listens no more, then.
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
