package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.ChallengeProof;
import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Handshakes as fast as the daemon answers them, for some seconds. */
enum HandshakeFlood implements Attack {
    AT_FULL_RATE;

    private static final int CHALLENGES_AT_ONCE = 200;
    private static final long LENGTH_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** The fewest frames that it must have sent to be one. */
    static final SentAmount LEAST = new SentAmount(2 * CHALLENGES_AT_ONCE, 2 * CHALLENGES_AT_ONCE);

    @Override
    public void attack(AttackTarget target) throws Exception {
        List<byte[]> first = new ArrayList<>();
        for (HandshakeStep step :
                List.of(HandshakeStep.SASL_FIRST_TOKEN, HandshakeStep.KEYS_EXCHANGED, HandshakeStep.CLIENT_HELLO)) {
            first.add(step.sent());
        }
        byte[] expensive = new ChallengeProof(
                        HealthyClient.APP, HandshakeClients.SECRET, ChallengeProof.Wishes.USUAL.withIterations(65_536))
                .message();
        List<WireClient> challengers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(first.size());
        try {
            for (int i = 0; i < CHALLENGES_AT_ONCE; i++) {
                WireClient client = target.hostileClient();
                challengers.add(client);
                client.sendRequest(expensive);
            }
            long end = System.nanoTime() + LENGTH_NANOS;
            List<Future<?>> running = new ArrayList<>();
            for (byte[] message : first) {
                running.add(threads.submit(() -> repeatUntil(target, end, message)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
            for (WireClient client : challengers) {
                client.close();
            }
        }
    }

    private static Object repeatUntil(AttackTarget target, long end, byte[] message) throws IOException {
        while (System.nanoTime() - end < 0) {
            WireClient client = target.hostileClient();
            client.send(message);
            client.awaitByte();
            client.reset();
        }
        return message;
    }
}
