package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.process.FreePort;
import dev.mesosshuffle.it.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A standalone cluster: a master and workers of one core each, which run no shuffle service of their own. Its executors
 * make their local dirs below the root, as {@code spark-*}/{@code executor-*}/{@code blockmgr-*}.
 */
public final class SparkCluster implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Map<String, String> NO_REST_SERVER = Map.of("spark.master.rest.enabled", "false");

    private final SparkVersion version;
    private final String masterUrl;
    private final ManagedProcess master;
    private final List<ManagedProcess> workers;

    private SparkCluster(SparkVersion version, String masterUrl, ManagedProcess master, List<ManagedProcess> workers) {
        this.version = version;
        this.masterUrl = masterUrl;
        this.master = master;
        this.workers = workers;
    }

    /**
     * Starts it and waits until all workers are registered.
     *
     * @param folder for the logs of its processes and the working folders of the executors
     */
    public static SparkCluster start(SparkVersion version, Path folder, Path localRoot, int workers)
            throws IOException, InterruptedException {
        ManagedProcess master = ManagedProcess.start("master", masterCommand(version), folder.resolve("master.log"));
        List<ManagedProcess> started = new ArrayList<>();
        try {
            String masterUrl = master.await("Starting Spark master at (spark://\\S+)", START)
                    .group(1);
            for (int i = 0; i < workers; i++) {
                Path work = folder.resolve("worker-" + i);
                started.add(ManagedProcess.start(
                        "worker-" + i,
                        workerCommand(version, masterUrl, localRoot, work),
                        folder.resolve("worker-" + i + ".log")));
            }
            for (ManagedProcess worker : started) {
                worker.await("Successfully registered with master", START);
            }
            return new SparkCluster(version, masterUrl, master, started);
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            started.forEach(ManagedProcess::close);
            master.close();
            throw e;
        }
    }

    private static ProcessBuilder masterCommand(SparkVersion version) {
        return SparkJvm.command(
                version,
                List.<Path>of(),
                NO_REST_SERVER,
                SparkJvm.briefOptions(),
                "org.apache.spark.deploy.master.Master",
                List.of("--host", FreePort.LOOPBACK, "--port", "0", "--webui-port", "0"));
    }

    private static ProcessBuilder workerCommand(SparkVersion version, String masterUrl, Path localRoot, Path work) {
        return SparkJvm.command(
                version,
                List.<Path>of(),
                Map.of("spark.local.dir", localRoot.toString(), "spark.shuffle.service.enabled", "false"),
                SparkJvm.briefOptions(),
                "org.apache.spark.deploy.worker.Worker",
                List.of(
                        "--host",
                        FreePort.LOOPBACK,
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

    public SparkVersion version() {
        return version;
    }

    public String masterUrl() {
        return masterUrl;
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
