package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Clients of a daemon that serves nobody without a proof. */
final class HandshakeClients {
    static final String SECRET = "a secret of the whole cluster";

    /** Room for the first record of TLS. */
    private static final int CLIENT_HELLO_BYTES = 20_000;

    private HandshakeClients() {}

    /** One that proves to be of an application. */
    static WireClient proven(int port, ClientHandshake kind, String appId) throws IOException {
        WireClient client = new WireClient(port);
        prove(client, kind, appId);
        return client;
    }

    static void prove(WireClient client, ClientHandshake kind, String appId) throws IOException {
        try {
            kind.prove(client, appId, SECRET);
        } catch (GeneralSecurityException e) {
            throw new IOException(kind + " is not possible", e);
        }
    }

    static byte[] firstMessage(ClientHandshake kind, String appId, String secret) throws IOException {
        try {
            return kind.firstMessage(appId, secret);
        } catch (GeneralSecurityException e) {
            throw new IOException(kind + " is not possible", e);
        }
    }

    /** The first record that a client of TLS sends. */
    static byte[] clientHello() throws IOException {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer record = ByteBuffer.allocate(CLIENT_HELLO_BYTES);
            engine.wrap(ByteBuffer.allocate(0), record);
            return Arrays.copyOf(record.array(), record.position());
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS", e);
        }
    }

    /** Sends a message from the hostile address as the only one of a connection; it must be refused with such a text. */
    static void assertRefused(AttackTarget target, byte[] message, String text) throws IOException {
        try (WireClient client = target.hostileClient()) {
            String failure = WireClient.failure(client.call(message));
            if (!failure.contains(text)) {
                throw new AssertionError("answer: " + failure + " (expected: " + text + ")");
            }
            assertEnds(client);
        }
    }

    /** Waits until the service closes the connection, which it must not answer before by anything but failures. */
    static void assertEnds(WireClient client) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(client.readToEnd());
        while (rest.hasRemaining()) {
            int content = Math.toIntExact(rest.getLong() - Long.BYTES);
            byte[] frame = new byte[content];
            rest.get(frame);
            // Those of failures of RPCs, chunks and streams.
            if (frame[0] != 5 && frame[0] != 2 && frame[0] != 8) {
                throw new AssertionError("it served: " + new String(frame, StandardCharsets.ISO_8859_1));
            }
        }
    }
}
