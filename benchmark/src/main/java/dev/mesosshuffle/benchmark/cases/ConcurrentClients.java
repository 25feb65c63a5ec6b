package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.load.ChunkRequests;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.load.FetchKind;
import dev.mesosshuffle.benchmark.load.FetchPlanner;
import dev.mesosshuffle.benchmark.load.Histogram;
import dev.mesosshuffle.benchmark.load.Probe;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.Frame;
import dev.mesosshuffle.benchmark.wire.Requests;
import dev.mesosshuffle.benchmark.wire.StreamHandle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that ask little, each on a thread of its own, and should not notice what others do to the service. */
final class ConcurrentClients {
    /** So many of each kind that every event loop has some. */
    private static final int EACH = 4;

    private static final Duration EVERY = Duration.ofMillis(25);
    private static final long DRIVER_TIMEOUT_MS = 120_000;
    private static final int BLOCKS = 8;

    private final RunningService service;
    private final GeneratedExecutor executor;
    private final List<Fetch> fetches;

    /**
     * Creates them.
     *
     * @param executor of which they fetch; is registered
     */
    ConcurrentClients(RunningService service, GeneratedExecutor executor) {
        this.service = service;
        this.executor = executor;
        this.fetches = new FetchPlanner(executor, FetchKind.SHUFFLE_BLOCKS, BLOCKS, 1).plan();
    }

    /** What a client of one kind asks over its connection. */
    private enum Kind {
        /** A heartbeat, and what can only be answered behind it. */
        HEARTBEAT(Metric.HEARTBEAT_P99_MILLIS, Metric.HEARTBEAT_MAX_MILLIS),
        REGISTRATION(Metric.REGISTRATION_P99_MILLIS, Metric.REGISTRATION_MAX_MILLIS),
        BLOCKS(Metric.P99_MILLIS, Metric.MAX_MILLIS);

        private final Metric p99;
        private final Metric max;

        Kind(Metric p99, Metric max) {
            this.p99 = p99;
            this.max = max;
        }
    }

    /** Has them ask for some time. */
    Map<Metric, Double> run(Duration time) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Map<Kind, List<Future<Histogram>>> running = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                List<Future<Histogram>> ofKind = new ArrayList<>();
                for (int i = 0; i < EACH; i++) {
                    int number = i;
                    ofKind.add(threads.submit(() -> run(kind, number, time)));
                }
                running.put(kind, ofKind);
            }
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            for (Map.Entry<Kind, List<Future<Histogram>>> ofKind : running.entrySet()) {
                Histogram all = new Histogram();
                for (Future<Histogram> one : ofKind.getValue()) {
                    all.add(await(one));
                }
                values.put(ofKind.getKey().p99, Measurements.millis(all.percentile(0.99)));
                values.put(ofKind.getKey().max, Measurements.millis(all.max()));
            }
            return values;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Histogram await(Future<Histogram> running) throws IOException, InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException e) {
            throw new IOException("a bystander failed: " + e.getCause(), e);
        }
    }

    private Histogram run(Kind kind, int number, Duration time) throws IOException, InterruptedException {
        InetSocketAddress address = service.address();
        try (BlockingClient client = BlockingClient.connect(address)) {
            return Probe.run(question(kind, number, client), EVERY, time);
        }
    }

    private Probe.Question question(Kind kind, int number, BlockingClient client) throws IOException {
        return switch (kind) {
            case HEARTBEAT -> heartbeats(number, client);
            case REGISTRATION -> {
                byte[] registration = Registration.of(executor);
                yield () -> client.call(registration);
            }
            case BLOCKS -> () -> fetch(client, fetches.get(number));
        };
    }

    private Probe.Question heartbeats(int number, BlockingClient client) throws IOException {
        byte[] memoryWork = Requests.getLocalDirs(1, executor.appId(), GeneratedExecutor.EXECUTOR_ID);
        if (!service.hearsDrivers()) {
            return () -> client.call(memoryWork);
        }
        String appId = "benchmark-driver-" + number;
        client.call(Requests.registerDriver(1, appId, DRIVER_TIMEOUT_MS));
        byte[] heartbeat = Requests.heartbeat(appId);
        return () -> {
            client.send(heartbeat);
            var unused = client.call(memoryWork);
        };
    }

    private static void fetch(BlockingClient client, Fetch fetch) throws IOException {
        StreamHandle stream = StreamHandle.read(client.call(fetch.request()));
        client.send(ChunkRequests.CHUNKS.toBytes(stream));
        for (int i = 0; i < stream.chunks(); i++) {
            var unused = client.receive(Frame.CHUNK);
        }
    }
}
