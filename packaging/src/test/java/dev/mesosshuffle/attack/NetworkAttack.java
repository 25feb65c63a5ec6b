package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** What a stranger on the network, or an application's own code, can send. Each is bounded, and ends by itself. */
enum NetworkAttack implements Attack {
    EMPTY_LISTS(2, 3) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            byte[] message = WireMessages.fetchEmptyLists(victim.appId(), "0", 1_390_000);
            try (WireClient client = target.hostileClient()) {
                repeat(11, () -> client.call(message));
            }
        }
    },

    EMPTY_LISTS_ONE_WAY(2, 3) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            byte[] message = WireMessages.fetchEmptyLists(victim.appId(), "0", 1_000_000);
            try (WireClient client = target.hostileClient()) {
                repeat(20, () -> client.sendOneWay(message));
                client.call(WireMessages.heartbeat(victim.appId()));
            }
        }
    },

    MILLION_BLOCK_NAMES(2, 3) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            byte[] message = WireMessages.openBlocks(victim.appId(), "0", WireMessages.copies(1_300_000, "rdd_0_0"));
            try (WireClient client = target.hostileClient()) {
                repeat(8, () -> client.call(message));
            }
        }
    },

    /** Most are refused while they are being sent, since they are of one address. */
    MILLION_EXECUTORS_DIRS(9, 2) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            byte[] message = WireMessages.getLocalDirs(victim.appId(), WireMessages.copies(3_000_000, "0"));
            ParallelClients.run(target, 8, client -> client.call(message));
        }
    },

    HUGE_ANSWERS(17, 600) {
        @Override
        void run(AttackTarget target) throws IOException {
            String appId = AttackVictim.newId();
            List<Path> dirs = target.newDirs(100);
            List<String> executors =
                    IntStream.range(0, 400).mapToObj(Integer::toString).toList();
            try (WireClient client = target.hostileClient()) {
                for (String executor : executors) {
                    client.call(WireMessages.registerExecutor(appId, executor, dirs));
                }
            }
            byte[] question = WireMessages.getLocalDirs(appId, executors);
            ParallelClients.run(target, 16, client -> {
                repeat(50, () -> client.sendRequest(question));
                client.receive();
            });
        }
    },

    HUGE_REGISTRATIONS(1, 6) {
        @Override
        void run(AttackTarget target) throws IOException {
            String appId = AttackVictim.newId();
            Path dir = target.root().resolve("blockmgr-" + UUID.randomUUID());
            Files.createDirectories(dir);
            try (WireClient client = target.hostileClient()) {
                for (int i = 0; i < 109; i++) {
                    client.call(WireMessages.registerExecutor(
                            appId, Integer.toString(i), List.of(dir.toString()), "x".repeat(4 << 20)));
                }
            }
        }
    },

    REGISTRATIONS_OF_A_THOUSAND_DIRS(1, 64) {
        @Override
        void run(AttackTarget target) throws IOException {
            String appId = AttackVictim.newId();
            byte[] message = WireMessages.registerExecutor(appId, "0", target.newDirs(1024));
            byte[] accepted = WireMessages.registerExecutor(appId, "0", target.newDirs(256));
            try (WireClient client = target.hostileClient()) {
                repeat(64, () -> client.sendRequest(message));
                repeat(64, () -> client.sendRequest(accepted));
                repeat(128, client::receive);
            }
        }
    },

    DRIVERS_WITHOUT_END(1, 5_000) {
        @Override
        void run(AttackTarget target) throws IOException {
            try (WireClient client = target.hostileClient()) {
                for (int round = 0; round < 40; round++) {
                    repeat(500, () -> client.sendRequest(WireMessages.registerDriver(AttackVictim.newId(), 1)));
                    repeat(500, client::receive);
                }
            }
        }
    },

    HALF_MILLION_BLOCKS_TO_REMOVE(2, 3) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            byte[] message =
                    WireMessages.removeBlocks(victim.appId(), "0", WireMessages.copies(500_000, "rdd_12345_12345"));
            try (WireClient client = target.hostileClient()) {
                repeat(4, () -> client.sendRequest(message));
                client.receive();
            }
        }
    },

    DIAGNOSIS_OF_A_SPARSE_TERABYTE(9, 9) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            victim.writeSparse(1L << 40);
            ParallelClients.run(
                    target,
                    8,
                    client -> client.sendRequest(WireMessages.diagnoseCorruption(victim.appId(), "0", 1, 0)));
        }
    },

    SPARSE_RDD_BLOCK(2, 3) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            Path file = HealthyClient.place(victim.dir(), "rdd_0_0");
            Files.createDirectories(file.getParent());
            AttackVictim.sparse(file, 1L << 43);
            try (WireClient client = target.hostileClient()) {
                long stream = client.openStream(WireMessages.openBlocks(victim.appId(), "0", List.of("rdd_0_0")));
                client.requestChunk(stream, 0);
                client.receive();
            }
        }
    },

    TINY_HEARTBEATS(1, 100_000) {
        @Override
        void run(AttackTarget target) throws IOException {
            try (WireClient client = target.hostileClient()) {
                byte[] message = WireMessages.heartbeat(AttackVictim.newId());
                repeat(500_000, () -> client.sendOneWay(message));
            }
        }
    },

    UNKNOWN_HEARTBEATS(1, 20_000) {
        @Override
        void run(AttackTarget target) throws IOException {
            try (WireClient client = target.hostileClient()) {
                repeat(100_000, () -> client.sendOneWay(WireMessages.heartbeat(AttackVictim.newId())));
            }
        }
    },

    HALF_FRAMES(100, 50) {
        @Override
        void run(AttackTarget target) throws IOException {
            List<WireClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    WireClient client = target.hostileClient();
                    clients.add(client);
                    // More than the socket's buffers would block; what is sent, is sent.
                    client.sendPartOfFrame(16 << 20, 100_000);
                }
                clients.get(0).receive();
            } finally {
                for (WireClient client : clients) {
                    client.close();
                }
            }
        }
    },

    GARBAGE(500, 500) {
        @Override
        void run(AttackTarget target) throws IOException {
            for (int i = 0; i < 500; i++) {
                try (WireClient client = target.hostileClient()) {
                    client.sendPartOfFrame(i % 2 == 0 ? Long.MIN_VALUE + i : Long.MAX_VALUE - i, i);
                }
            }
        }
    },

    /** Each makes the daemon begin with a connection, expect a large message, and end with both. */
    FLEETING_ANNOUNCEMENTS(5_000, 5_000) {
        @Override
        void run(AttackTarget target) throws IOException {
            ParallelClients.run(
                    target,
                    2,
                    client -> repeat(20_000, () -> {
                        try (WireClient stranger = target.strangeClient()) {
                            stranger.sendPartOfFrame(4 << 20, 0);
                        } catch (SocketException e) {
                            // The daemon has had enough of them for the moment.
                        }
                    }));
        }
    },

    IDLE_CONNECTIONS(1000, 1) {
        @Override
        void run(AttackTarget target) throws IOException {
            List<WireClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 1500; i++) {
                    clients.add(target.hostileClient());
                }
                clients.get(0).call(WireMessages.heartbeat(AttackVictim.newId()));
            } finally {
                for (WireClient client : clients) {
                    client.close();
                }
            }
        }
    },

    RESETS(100, 200) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            for (int i = 0; i < 300; i++) {
                WireClient client = target.hostileClient();
                long stream = client.openStream(WireMessages.fetchShuffleBlock(victim.appId(), "0", 0, 0));
                client.requestChunk(stream, 0);
                client.reset();
            }
        }
    },

    UNREAD_BLOCKS(10, 1_000) {
        @Override
        void run(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.register(target);
            List<WireClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 50; i++) {
                    WireClient client = target.hostileClient(4096);
                    clients.add(client);
                    for (int block = 0; block < 100; block++) {
                        client.sendRequest(WireMessages.fetchShuffleBlock(victim.appId(), "0", 0, 0));
                    }
                    for (int block = 0; block < 100; block++) {
                        client.receive();
                        client.requestChunk(block, 0);
                    }
                }
            } finally {
                for (WireClient client : clients) {
                    client.close();
                }
            }
        }
    };

    private final int leastConnections;
    private final int leastFrames;

    /**
     * Creates one.
     *
     * @param connections how many it makes at least, to be what it is called
     * @param frames how many it sends at least
     */
    NetworkAttack(int connections, int frames) {
        this.leastConnections = connections;
        this.leastFrames = frames;
    }

    /** How much it must have sent to be what it is called, also where the daemon makes it wait. */
    SentAmount least() {
        return new SentAmount(leastConnections, leastFrames);
    }

    /** Runs it, to its end. A connection that the daemon closes ends it too; the rest is the daemon's fault. */
    abstract void run(AttackTarget target) throws IOException;

    /** Runs it and takes it as ended if the daemon closes a connection, or leaves one waiting. */
    @Override
    public final void attack(AttackTarget target) throws IOException {
        try {
            run(target);
        } catch (EOFException | SocketException | SocketTimeoutException e) {
            System.out.println(this + " ended by " + e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void repeat(int times, Step step) throws IOException {
        for (int i = 0; i < times; i++) {
            step.run();
        }
    }
}
