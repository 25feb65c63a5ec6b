package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Several hostile clients at a time. */
final class ParallelClients {
    private ParallelClients() {}

    /** What each of them does. */
    interface Step {
        void run(WireClient client) throws IOException;
    }

    /** Runs a step over several connections at a time, each on a thread of its own, until all have ended. */
    static void run(AttackTarget target, int connections, Step step) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Thread thread = new Thread(() -> {
                try (WireClient client = target.hostileClient()) {
                    step.run(client);
                } catch (IOException e) {
                    System.out.println("a connection ended by " + e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
