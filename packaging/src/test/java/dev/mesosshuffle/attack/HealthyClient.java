package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.wire.Latencies;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that behaves: a driver, executors that register, and reducers that fetch a block, each over a connection
 * of its own. It does each of these every few milliseconds, and keeps how long it took and what failed.
 */
final class HealthyClient implements AutoCloseable {
    static final int BLOCK_BYTES = 10_000;
    private static final int EXECUTORS = 20;
    private static final long PAUSE_NANOS = 2_000_000;
    static final String APP = "healthy-application";

    private static final Duration END = Duration.ofMinutes(1);

    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Map<String, Latencies> latencies = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Connector connector;
    private final Path dir;
    private final byte[] block = new byte[BLOCK_BYTES];
    private volatile boolean ends;

    /** Makes a connection that may ask. */
    interface Connector {
        WireClient connect(int port) throws IOException;
    }

    private interface Step {
        void run(WireClient client, int round) throws IOException;
    }

    /** Starts it against a daemon. */
    HealthyClient(int port, Path root) throws IOException {
        this(port, root, WireClient::new);
    }

    /** Starts it against a daemon that wants more of a connection. */
    HealthyClient(int port, Path root, Connector connector) throws IOException {
        this.connector = connector;
        dir = root.resolve("blockmgr-" + UUID.randomUUID());
        writeMapOutput(dir, 0, block);
        try (WireClient first = connector.connect(port)) {
            first.succeed(WireMessages.registerExecutor(APP, "0", List.of(dir)));
        }
        start("heartbeat", port, (client, round) -> {
            byte[] body = round == 0 ? WireMessages.registerDriver(APP, 120_000) : WireMessages.heartbeat(APP);
            client.succeed(body);
        });
        start(
                "registration",
                port,
                (client, round) -> client.succeed(
                        WireMessages.registerExecutor(APP, Integer.toString(round % EXECUTORS), List.of(dir))));
        start("fetch", port, (client, round) -> {
            byte[] fetched = client.fetch(WireMessages.fetchShuffleBlock(APP, "0", 0, 0));
            if (fetched.length != BLOCK_BYTES) {
                throw new IOException("block of " + fetched.length + " bytes");
            }
        });
        start("new connection", port, (client, round) -> {
            try (WireClient fresh = connector.connect(port)) {
                fresh.succeed(WireMessages.heartbeat(APP));
            }
        });
    }

    /** Writes the output of one map task: one block, and its index. */
    static void writeMapOutput(Path dir, long mapId, byte[] block) throws IOException {
        String name = "shuffle_0_" + mapId + "_0";
        Path data = place(dir, name + ".data");
        Files.createDirectories(data.getParent());
        Files.write(data, block);
        Path index = place(dir, name + ".index");
        Files.createDirectories(index.getParent());
        Files.write(
                index,
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(0)
                        .putLong(block.length)
                        .array());
    }

    /** Where a file lies in a local dir with 64 sub-directories. */
    static Path place(Path dir, String name) {
        int hash = name.hashCode();
        return dir.resolve(String.format("%02x", Math.abs(hash) % 64)).resolve(name);
    }

    private void start(String kind, int port, Step step) {
        Latencies taken = new Latencies();
        latencies.put(kind, taken);
        Thread thread = new Thread(
                () -> {
                    try (WireClient client = connector.connect(port)) {
                        for (int round = 0; !ends; round++) {
                            long begin = System.nanoTime();
                            step.run(client, round);
                            taken.add(System.nanoTime() - begin);
                            LockSupport.parkNanos(PAUSE_NANOS);
                        }
                    } catch (IOException | RuntimeException e) {
                        failures.add(kind + ": " + e);
                    }
                },
                "healthy-" + kind);
        threads.add(thread);
        thread.start();
    }

    /** Returns how long each kind of request took since the last call. */
    Map<String, Latencies> drain() {
        Map<String, Latencies> drained = new TreeMap<>();
        latencies.forEach((kind, taken) -> drained.put(kind, taken.drain()));
        return drained;
    }

    /** How many requests of the rarest kind were made since they were last drained. */
    int leastRequests() {
        return latencies.values().stream().mapToInt(Latencies::count).min().orElseThrow();
    }

    /** Its requests that failed; each ends its kind. */
    List<String> failures() {
        return failures;
    }

    @Override
    public void close() {
        ends = true;
        Await.until("the end of the healthy client", END, () -> threads.stream().noneMatch(Thread::isAlive));
    }
}
