package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Thousands of clients that all stop at one step of a handshake, and stay connected until they are released. */
enum StoppedHandshakes implements Attack {
    CONNECTED(HandshakeStep.CONNECTED),
    WITHIN_A_FRAME(HandshakeStep.WITHIN_A_FRAME),
    SASL_FIRST_TOKEN(HandshakeStep.SASL_FIRST_TOKEN),
    CHALLENGE_ANSWERED(HandshakeStep.CHALLENGE_ANSWERED),
    KEYS_EXCHANGED(HandshakeStep.KEYS_EXCHANGED),
    CLIENT_HELLO(HandshakeStep.CLIENT_HELLO);

    private static final int CLIENTS = 1_500;

    /** Of those that are still connected; in the attacking process. */
    private static final List<WireClient> connected = Collections.synchronizedList(new ArrayList<>());

    private final HandshakeStep step;

    StoppedHandshakes(HandshakeStep step) {
        this.step = step;
    }

    /** How many clients it has. */
    int clients() {
        return step == HandshakeStep.CLIENT_HELLO ? CLIENTS / 2 : CLIENTS;
    }

    @Override
    public void attack(AttackTarget target) throws IOException {
        stopAt(target, step, clients(), connected);
    }

    /**
     * Connects clients that stop at a step.
     *
     * @param stopped gets them
     */
    static void stopAt(AttackTarget target, HandshakeStep step, int count, List<WireClient> stopped)
            throws IOException {
        byte[] sent = step.sent();
        for (int i = 0; i < count; i++) {
            WireClient client = target.hostileClient();
            stopped.add(client);
            client.send(sent);
            step.awaitAnswer(client);
        }
    }

    /** Disconnects all. */
    static void release() throws IOException {
        for (WireClient client : connected) {
            client.close();
        }
        connected.clear();
    }
}
