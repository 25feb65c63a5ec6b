package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;

/** Where a client stops that begins to prove who it is, and goes no further. */
enum HandshakeStep {
    CONNECTED {
        @Override
        byte[] sent() {
            return new byte[0];
        }

        @Override
        void awaitAnswer(WireClient client) {
            // There is none.
        }
    },
    WITHIN_A_FRAME {
        @Override
        byte[] sent() {
            return new byte[] {0, 0, 0, 0, 0, 0, 4, 0, WireClient.RPC_REQUEST, 0, 0};
        }

        @Override
        void awaitAnswer(WireClient client) {
            // There is none.
        }
    },
    SASL_FIRST_TOKEN {
        @Override
        byte[] sent() throws IOException {
            return first(ClientHandshake.SASL);
        }
    },
    CHALLENGE_ANSWERED {
        @Override
        byte[] sent() throws IOException {
            return first(ClientHandshake.CHALLENGE);
        }
    },
    KEYS_EXCHANGED {
        @Override
        byte[] sent() throws IOException {
            return first(ClientHandshake.KEY_EXCHANGE);
        }
    },
    CLIENT_HELLO {
        @Override
        byte[] sent() throws IOException {
            return HandshakeClients.clientHello();
        }

        @Override
        void awaitAnswer(WireClient client) throws IOException {
            client.awaitByte();
        }
    };

    /** What such a client sends, which may be the same of all clients. */
    abstract byte[] sent() throws IOException;

    /** Waits until the service has done its part. */
    void awaitAnswer(WireClient client) throws IOException {
        byte[] reply = client.receive();
        if (reply[0] != WireClient.RPC_RESPONSE) {
            throw new IOException("failed: " + WireClient.failure(reply));
        }
    }

    private static byte[] first(ClientHandshake kind) throws IOException {
        return WireClient.requestFrame(
                1, HandshakeClients.firstMessage(kind, HealthyClient.APP, HandshakeClients.SECRET));
    }
}
