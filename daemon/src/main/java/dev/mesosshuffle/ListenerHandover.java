package dev.mesosshuffle;

import dev.mesosshuffle.host.DescriptorMessages;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.process.PassedDescriptor;
import dev.mesosshuffle.process.SystemdNotifier;
import dev.mesosshuffle.transport.KeptListener;
import dev.mesosshuffle.transport.ShuffleServer;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the listening socket on to the next process of the service, through systemd, which keeps it: connections that are made
 * while no daemon runs wait in its queue. Used by the thread that starts the daemon.
 */
final class ListenerHandover {
    private static final Logger logger = LoggerFactory.getLogger(ListenerHandover.class);

    /** Then follows what no other listener has, so that an old one can be removed without the new one. */
    private static final String NAME_PREFIX = "listener-";

    private static final int NAME_BYTES = 8;

    private final @Nullable KeptListener kept;

    /** What systemd keeps of no use. */
    private final List<String> unused;

    private ListenerHandover(@Nullable KeptListener kept, List<String> unused) {
        this.kept = kept;
        this.unused = unused;
    }

    /** Takes what systemd passed to this process; closes what it is not for. To be called once. */
    static ListenerHandover of(Map<String, String> environment) {
        KeptListener kept = null;
        List<String> unused = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (PassedDescriptor passed : PassedDescriptor.of(environment)) {
            KeptListener listener =
                    kept == null && passed.name().startsWith(NAME_PREFIX) ? KeptListener.of(passed.number()) : null;
            if (listener != null) {
                kept = listener;
                unused.add(passed.name());
            } else {
                KeptListener.close(passed.number());
                unknown.add(passed.name());
            }
        }
        if (!unknown.isEmpty()) {
            logger.info("systemd passed sockets that are of no use here; closed: {}", String.join(" ", unknown));
        }
        unused.addAll(unknown);
        return new ListenerHandover(kept, unused);
    }

    /** The listening socket of the process before; null for none. */
    @Nullable
    KeptListener kept() {
        return kept;
    }

    /**
     * Has systemd keep the listener that is in use, and no other. Loads JNA, if systemd started the daemon and the socket is one
     * of the system's own.
     */
    void complete(SystemdNotifier systemd, ShuffleServer server) {
        OptionalInt descriptor = server.listenerDescriptor();
        if (!systemd.isAvailable()) {
            return;
        }
        boolean isKept = kept != null && kept.isAdopted();
        unused.stream().skip(isKept ? 1 : 0).forEach(systemd::forget);
        if (descriptor.isEmpty()) {
            return;
        }
        if (isKept) {
            closeOnExec(descriptor.getAsInt());
        } else {
            systemd.keep(newName(), descriptor.getAsInt());
        }
    }

    /** Not inherited by programs that the JVM may start, such as one for a lack of memory. */
    private static void closeOnExec(int descriptor) {
        try {
            DescriptorMessages.closeOnExec(descriptor);
        } catch (IOException | LinkageError e) {
            logger.debug("The listening socket stays open in programs that this one starts: {}", ErrorMessages.of(e));
        }
    }

    private static String newName() {
        byte[] random = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(random);
        return NAME_PREFIX + HexFormat.of().formatHex(random);
    }
}
