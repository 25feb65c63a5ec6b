package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A standalone cluster: a master and workers of one core each, which run no shuffle service of their own. Its executors
 * make their local dirs below the root of their host, as {@code spark-*}/{@code executor-*}/{@code blockmgr-*}.
 */
public final class SparkCluster implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Map<String, String> NO_REST_SERVER = Map.of("spark.master.rest.enabled", "false");

    private final SparkVersion version;
    private final SparkHost masterHost;
    private final String masterUrl;
    private final ManagedProcess master;
    private final List<ManagedProcess> workers;

    private SparkCluster(
            SparkVersion version,
            SparkHost masterHost,
            String masterUrl,
            ManagedProcess master,
            List<ManagedProcess> workers) {
        this.version = version;
        this.masterHost = masterHost;
        this.masterUrl = masterUrl;
        this.master = master;
        this.workers = workers;
    }

    /** Starts one with all of its workers on the loopback address. */
    public static SparkCluster start(SparkVersion version, Path folder, Path localRoot, int workers)
            throws IOException, InterruptedException {
        return start(version, folder, localRoot, workers, Map.of());
    }

    /**
     * Starts one with all of its workers on the loopback address.
     *
     * @param conf of the master and the workers, such as the secret which they share with applications
     */
    public static SparkCluster start(
            SparkVersion version, Path folder, Path localRoot, int workers, Map<String, String> conf)
            throws IOException, InterruptedException {
        return start(version, folder, Collections.nCopies(workers, SparkHost.loopback(localRoot)), conf);
    }

    /**
     * Starts it and waits until all workers are registered.
     *
     * @param folder for the logs of its processes and the working folders of the executors
     * @param hosts where its workers run, one for each entry; the master runs on the first
     */
    public static SparkCluster start(SparkVersion version, Path folder, List<SparkHost> hosts)
            throws IOException, InterruptedException {
        return start(version, folder, hosts, Map.of());
    }

    private static SparkCluster start(
            SparkVersion version, Path folder, List<SparkHost> hosts, Map<String, String> conf)
            throws IOException, InterruptedException {
        SparkHost first = hosts.get(0);
        ManagedProcess master = ManagedProcess.start(
                "master", first.run(masterCommand(version, first.address(), conf)), folder.resolve("master.log"));
        List<ManagedProcess> started = new ArrayList<>();
        try {
            String masterUrl = master.await("Starting Spark master at (spark://\\S+)", START)
                    .group(1);
            for (int i = 0; i < hosts.size(); i++) {
                SparkHost host = hosts.get(i);
                Path work = folder.resolve("worker-" + i);
                started.add(ManagedProcess.start(
                        "worker-" + i,
                        host.run(workerCommand(version, masterUrl, host, work, conf)),
                        folder.resolve("worker-" + i + ".log")));
            }
            for (ManagedProcess worker : started) {
                worker.await("Successfully registered with master", START);
            }
            return new SparkCluster(version, first, masterUrl, master, started);
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            started.forEach(ManagedProcess::close);
            master.close();
            throw e;
        }
    }

    private static ProcessBuilder masterCommand(SparkVersion version, String address, Map<String, String> conf) {
        return SparkJvm.command(
                version,
                List.<Path>of(),
                merged(NO_REST_SERVER, conf),
                SparkJvm.briefOptions(),
                "org.apache.spark.deploy.master.Master",
                List.of("--host", address, "--port", "0", "--webui-port", "0"));
    }

    private static ProcessBuilder workerCommand(
            SparkVersion version, String masterUrl, SparkHost host, Path work, Map<String, String> conf) {
        return SparkJvm.command(
                version,
                List.<Path>of(),
                merged(
                        Map.of(
                                "spark.local.dir",
                                host.localRoot().toString(),
                                "spark.shuffle.service.enabled",
                                "false"),
                        conf),
                SparkJvm.briefOptions(),
                "org.apache.spark.deploy.worker.Worker",
                List.of(
                        "--host",
                        host.address(),
                        "--port",
                        "0",
                        "--webui-port",
                        "0",
                        "--cores",
                        "1",
                        "--memory",
                        "2g",
                        "--work-dir",
                        work.toString(),
                        masterUrl));
    }

    private static Map<String, String> merged(Map<String, String> first, Map<String, String> second) {
        Map<String, String> all = new LinkedHashMap<>(first);
        all.putAll(second);
        return all;
    }

    public SparkVersion version() {
        return version;
    }

    public String masterUrl() {
        return masterUrl;
    }

    /** Where the master runs, and drivers beside it. */
    public SparkHost masterHost() {
        return masterHost;
    }

    /** Kills the workers and their executors. A worker that lives deletes its executors' files with the application. */
    public void killWorkers() {
        workers.forEach(ManagedProcess::kill);
    }

    @Override
    public void close() {
        killWorkers();
        master.close();
    }
}
