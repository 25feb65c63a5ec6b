package dev.mesosshuffle.it.security;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.JmxConnection;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;

/** A daemon with the secret of the cluster, and what it counts. For any thread. */
public final class MeteredDaemon implements AutoCloseable {
    private static final String PREFIX = "metrics:name=shuffleService.";
    private static final String COUNTER = ",type=counters";

    private final ServiceSettings settings;
    private final ManagedProcess process;
    private final JmxConnection jmx;

    private MeteredDaemon(ServiceSettings settings, ManagedProcess process, JmxConnection jmx) {
        this.settings = settings;
        this.process = process;
        this.jmx = jmx;
    }

    /** Starts one that serves a mode, and others as far as they are detected. */
    public static MeteredDaemon start(Path folder, ProtectionMode mode, TestCertificates certificates)
            throws IOException, InterruptedException {
        return start(folder, mode, certificates, Map.of());
    }

    /**
     * Starts one that serves a mode, and others as far as they are detected.
     *
     * @param further settings beside those of the mode
     */
    public static MeteredDaemon start(
            Path folder, ProtectionMode mode, TestCertificates certificates, Map<String, String> further)
            throws IOException, InterruptedException {
        int jmxPort = FreePort.find();
        ServiceSettings settings = ServiceSettings.in(Files.createTempDirectory(folder, "daemon"), ServiceKind.DAEMON)
                .with("spark.shuffle.cleaner.interval", "1s")
                .withJavaOptions(JmxConnection.javaOptions(jmxPort));
        for (Map.Entry<String, String> setting :
                mode.ofServices(ServiceKind.DAEMON, certificates).entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        for (Map.Entry<String, String> setting : further.entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        ManagedProcess process = settings.start();
        try {
            return new MeteredDaemon(settings, process, JmxConnection.open(jmxPort));
        } catch (IOException | RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    public int port() {
        return settings.port();
    }

    public Path localRoot() {
        return settings.localRoot();
    }

    public ManagedProcess process() {
        return process;
    }

    /** What was counted so far about authentication and TLS, by the names of the metrics, without those that are zero. */
    public Map<String, Long> counted() throws IOException, JMException {
        Map<String, Long> counted = new TreeMap<>();
        for (String metric : jmx.metrics()) {
            String name = metric.startsWith(PREFIX) && metric.endsWith(COUNTER)
                    ? metric.substring(PREFIX.length(), metric.length() - COUNTER.length())
                    : "";
            if (name.startsWith("authentication.") || name.startsWith("tls") || name.startsWith("plainText")) {
                long count = (long) jmx.attribute(metric, "Count");
                if (count != 0) {
                    counted.put(name, count);
                }
            }
        }
        return counted;
    }

    /** The blocks that were sent so far. */
    public long blocksSent() throws IOException, JMException {
        return (long) jmx.attribute(PREFIX + "blockTransferRate,type=meters", "Count");
    }

    @Override
    public void close() throws IOException {
        try (process) {
            jmx.close();
        }
    }
}
