package dev.mesosshuffle.testing;

import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.HandshakeOutcome;
import dev.mesosshuffle.security.RefusalReason;
import dev.mesosshuffle.security.ServerHandshake;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A handshake in plain words: after its tag, a message says {@code more}, {@code app=ID}, {@code retry}, {@code wrong=ID} or
 * {@code break}. For one thread at a time, as a real one.
 */
public final class ScriptedHandshake implements ServerHandshake {
    public static final String REFUSAL = "java.lang.IllegalArgumentException: Authentication failed.";

    private final ConnectionProtection protection;
    private final AtomicInteger open;

    /**
     * Creates a handshake.
     *
     * @param protection what a proof leads to
     * @param open counts the handshakes that are not closed
     */
    public ScriptedHandshake(ConnectionProtection protection, AtomicInteger open) {
        this.protection = protection;
        this.open = open;
        open.incrementAndGet();
    }

    @Override
    public HandshakeOutcome answer(byte[] message) {
        String text = new String(message, 1, message.length - 1, StandardCharsets.UTF_8);
        if (text.equals("more")) {
            return new HandshakeOutcome.Continued(bytes("go on"));
        }
        if (text.startsWith("app=")) {
            return new HandshakeOutcome.Authenticated(bytes("welcome"), text.substring(4), protection);
        }
        if (text.equals("retry")) {
            return new HandshakeOutcome.Refused(REFUSAL, "", RefusalReason.NOT_ADMITTED, true);
        }
        if (text.startsWith("wrong=")) {
            return new HandshakeOutcome.Refused(REFUSAL, text.substring(6), RefusalReason.WRONG_SECRET, false);
        }
        throw new IllegalStateException("broken");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        open.decrementAndGet();
    }
}
