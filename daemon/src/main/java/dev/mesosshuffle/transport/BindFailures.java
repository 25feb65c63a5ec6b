package dev.mesosshuffle.transport;

import dev.mesosshuffle.logging.ErrorMessages;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Explains why the daemon cannot listen, and what an operator can do. */
final class BindFailures {
    /** The kernel's error numbers; Netty uses their negatives. */
    private static final int EACCES = 13;

    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final int FIRST_FREE_PORT = 1024;

    private static final String DESCRIPTOR_ADVICE = "; raise LimitNOFILE or ulimit -n";

    private BindFailures() {}

    /** Explains a failure to bind an address. */
    static IOException explain(InetSocketAddress address, Throwable cause) {
        return new IOException(
                "cannot listen on " + address.getHostString() + ':' + address.getPort() + ": "
                        + ErrorMessages.reason(root(cause)) + advice(address, root(cause)),
                cause);
    }

    /** Explains a failure to create the event loops. */
    static IOException explainLoops(Throwable cause) {
        Throwable root = root(cause);
        return new IOException(
                "cannot make the event loops: " + ErrorMessages.reason(root)
                        + (ErrorMessages.isTooManyOpenFiles(root) ? DESCRIPTOR_ADVICE : ""),
                cause);
    }

    private static String advice(InetSocketAddress address, Throwable cause) {
        if (is(cause, EADDRINUSE, "Address already in use")) {
            return "; another process listens there (ss -ltnp shows which), maybe another one of these services: stop it,"
                    + " or set spark.shuffle.service.port";
        }
        if (is(cause, EADDRNOTAVAIL, "Cannot assign requested address")) {
            return "; this host has no such address (ip address shows those that it has): set"
                    + " spark.mesos.shuffle.service.host";
        }
        if (is(cause, EACCES, "Permission denied") && address.getPort() < FIRST_FREE_PORT) {
            return "; ports below " + FIRST_FREE_PORT + " are root's: set spark.shuffle.service.port";
        }
        return ErrorMessages.isTooManyOpenFiles(cause) ? DESCRIPTOR_ADVICE : "";
    }

    /** By number if there is one, because the text depends on the locale. */
    private static boolean is(Throwable cause, int number, String text) {
        return cause instanceof Errors.NativeIoException known
                ? known.expectedErr() == -number
                : String.valueOf(cause.getMessage()).contains(text);
    }

    /** Netty wraps the exception of a channel's constructor twice. */
    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
