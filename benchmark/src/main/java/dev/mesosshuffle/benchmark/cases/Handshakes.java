package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.cases.Measurements.Usage;
import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.load.Histogram;
import dev.mesosshuffle.benchmark.security.Endpoint;
import dev.mesosshuffle.benchmark.security.Protection;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.Requests;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Handshakes of many clients at once, as when all executors reconnect. A handshake counts from connecting until the answer to
 * a first small request, which only a client with the right keys can read.
 *
 * @param name by which the command line selects it
 * @param protection by which handshake
 * @param dataset of the executor whose local dirs are the first request
 */
record Handshakes(String name, Protection protection, Dataset dataset) implements Experiment {
    private static final int COUNT = 1000;
    private static final int CLIENTS = 64;
    private static final double SECONDS_FOR_THOUSAND = 5;
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        GeneratedExecutor executor = bench.data().executor(dataset);
        Map<String, RunningService> services = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            for (Launcher launcher : bench.launchers(protection)) {
                RunningService service = bench.start(launcher, Setup.USUAL.with(protection));
                services.put(launcher.name(), service);
                Registration.register(service, executor);
            }
            Map<String, List<Measurements>> measured = new LinkedHashMap<>();
            for (int round = 0; round < bench.rounds(); round++) {
                for (Map.Entry<String, RunningService> service : services.entrySet()) {
                    if (round == 0 && !bench.warmUp().isZero()) {
                        var unused = measure(service.getValue(), executor, threads, bench.warmUp());
                    }
                    measured.computeIfAbsent(service.getKey(), key -> new ArrayList<>())
                            .add(measure(service.getValue(), executor, threads, bench.roundTime()));
                }
            }
            return new Result(
                    name,
                    COUNT + " at a time by " + CLIENTS + " clients",
                    measured,
                    List.of(new Target(Metric.THOUSAND_HANDSHAKES_SECONDS, "", SECONDS_FOR_THOUSAND)));
        } finally {
            threads.shutdownNow();
            services.values().forEach(RunningService::close);
        }
    }

    /** Does a thousand of them, and again while there is time. */
    private static Measurements measure(
            RunningService service, GeneratedExecutor executor, ExecutorService threads, Duration time)
            throws IOException, InterruptedException {
        Endpoint endpoint = service.endpoint(executor.appId());
        byte[] request = Requests.getLocalDirs(1, executor.appId(), GeneratedExecutor.EXECUTOR_ID);
        List<Callable<Histogram>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int share = COUNT / CLIENTS + (client < COUNT % CLIENTS ? 1 : 0);
            clients.add(() -> handshakes(endpoint, request, share));
        }
        Histogram all = new Histogram();
        Usage before = Usage.of(service);
        long start = System.nanoTime();
        do {
            for (Future<Histogram> client : threads.invokeAll(clients)) {
                all.add(await(client));
            }
        } while (System.nanoTime() - start < time.toNanos());
        long nanos = System.nanoTime() - start;
        return figures(all, nanos / NANOS_PER_SECOND, before, Usage.of(service));
    }

    private static Histogram handshakes(Endpoint endpoint, byte[] request, int count) throws IOException {
        Histogram taken = new Histogram();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            try (BlockingClient client = endpoint.client()) {
                var unused = client.call(request);
                taken.add(System.nanoTime() - start);
            }
        }
        return taken;
    }

    private static Histogram await(Future<Histogram> client) throws IOException, InterruptedException {
        try {
            return client.get();
        } catch (ExecutionException e) {
            throw new IOException("a handshake failed: " + e.getCause(), e);
        }
    }

    private static Measurements figures(Histogram all, double seconds, Usage before, Usage after) {
        double count = all.count();
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.HANDSHAKES_PER_SECOND, count / seconds);
        values.put(Metric.THOUSAND_HANDSHAKES_SECONDS, seconds * COUNT / count);
        values.put(
                Metric.CPU_MICROS_PER_HANDSHAKE,
                (after.service().cpuSeconds() - before.service().cpuSeconds()) * Measurements.MEGA / count);
        values.put(
                Metric.CLIENT_CPU_MICROS_PER_HANDSHAKE,
                (after.clients().cpuSeconds() - before.clients().cpuSeconds()) * Measurements.MEGA / count);
        values.put(Metric.P50_MILLIS, Measurements.millis(all.percentile(0.50)));
        values.put(Metric.P99_MILLIS, Measurements.millis(all.percentile(0.99)));
        values.put(Metric.MAX_MILLIS, Measurements.millis(all.max()));
        return new Measurements(values);
    }
}
