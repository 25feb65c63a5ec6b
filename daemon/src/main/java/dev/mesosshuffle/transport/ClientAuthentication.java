package dev.mesosshuffle.transport;

import dev.mesosshuffle.security.ServerHandshake;
import java.util.function.Supplier;

/**
 * Whether clients must prove who they are. For any thread.
 *
 * @param mode who must
 * @param handshakes begins the handshakes of a connection
 */
public record ClientAuthentication(Mode mode, Supplier<ServerHandshake> handshakes) {
    /** Nobody is asked for a proof. */
    public static final ClientAuthentication NONE = new ClientAuthentication(Mode.OFF, () -> {
        throw new IllegalStateException("a handshake without authentication");
    });

    /** Who must prove who it is. */
    public enum Mode {
        /** Nobody; what looks like a handshake is an unknown message. */
        OFF,
        /** Those that begin a handshake; others are served as well. */
        OPTIONAL,
        /** Everybody. */
        REQUIRED
    }
}
