package dev.mesosshuffle.it.service;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a service is started, as often as it is started: one port, one root for local dirs, one state.
 *
 * @param memory the memory of its process, as for SPARK_DAEMON_MEMORY
 * @param folder for its log and its state
 * @param localRoot the only root it accepts local dirs under
 * @param conf further settings
 */
public record ServiceSettings(
        ServiceKind kind,
        String memory,
        Path folder,
        Path localRoot,
        int port,
        Map<String, String> conf,
        List<String> javaOptions) {
    private static final String DEFAULT_MEMORY = "1g";
    private static final String SECRET = "spark.authenticate.secret";
    private static final String SECRET_VARIABLE = "_SPARK_AUTH_SECRET";
    private static final Duration START = Duration.ofSeconds(60);

    /** A service on a free port, with its files and its root for local dirs in the given folder. */
    public static ServiceSettings in(Path folder, ServiceKind kind) throws IOException {
        Path localRoot = Files.createDirectories(folder.resolve("local"));
        return new ServiceSettings(kind, DEFAULT_MEMORY, folder, localRoot, FreePort.find(), Map.of(), List.of());
    }

    public ServiceSettings with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(conf);
        more.put(key, value);
        return new ServiceSettings(kind, memory, folder, localRoot, port, Map.copyOf(more), javaOptions);
    }

    public ServiceSettings withJavaOptions(List<String> added) {
        List<String> more = new ArrayList<>(javaOptions);
        more.addAll(added);
        return new ServiceSettings(kind, memory, folder, localRoot, port, conf, List.copyOf(more));
    }

    public ServiceSettings withMemory(String size) {
        return new ServiceSettings(kind, size, folder, localRoot, port, conf, javaOptions);
    }

    /** Starts it and waits until it accepts connections. */
    public ManagedProcess start() throws IOException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>(conf);
        all.put("spark.shuffle.service.port", Integer.toString(port));
        all.put("spark.local.dir", localRoot.toString());
        // As an operator gives it: the arguments of a process are for everybody to read.
        String secret = all.remove(SECRET);
        ProcessBuilder command = kind.command(memory, all, javaOptions);
        if (secret != null) {
            command.environment().put(SECRET_VARIABLE, secret);
        }
        ManagedProcess process = ManagedProcess.start("service", command, folder.resolve("service.log"));
        try {
            awaitReady(process);
        } catch (InterruptedException | RuntimeException | Error e) {
            process.close();
            throw e;
        }
        return process;
    }

    private void awaitReady(ManagedProcess process) throws InterruptedException {
        switch (kind) {
            case DAEMON -> process.await("Listening on .*:" + port + "$", START);
            case SPARKS_OWN, SPARKS_OWN_2_4, SPARKS_OWN_4_2 ->
                Await.until("Spark's service on port " + port, START, () -> FreePort.isListening(port));
        }
    }
}
