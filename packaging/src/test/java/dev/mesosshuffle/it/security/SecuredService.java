package dev.mesosshuffle.it.security;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The service that a mode needs: the one that runs, or a new one if it has other settings. Tests in the order of their modes
 * start few. Used by one thread.
 */
public final class SecuredService implements AutoCloseable {
    private final Path folder;
    private final ServiceKind kind;
    private final Map<String, String> further;
    private final List<String> javaOptions;
    private final TestCertificates certificates;

    private Map<String, String> settings = Map.of();
    private @Nullable ClientFixture running;

    private SecuredService(
            Path folder,
            ServiceKind kind,
            Map<String, String> further,
            List<String> javaOptions,
            TestCertificates certificates) {
        this.folder = folder;
        this.kind = kind;
        this.further = further;
        this.javaOptions = javaOptions;
        this.certificates = certificates;
    }

    /**
     * Starts none yet.
     *
     * @param further settings beside those of the mode
     */
    public static SecuredService in(Path folder, ServiceKind kind, Map<String, String> further) throws Exception {
        return in(folder, kind, further, List.of());
    }

    /**
     * Starts none yet.
     *
     * @param further settings beside those of the mode
     * @param javaOptions of its JVM
     */
    public static SecuredService in(
            Path folder, ServiceKind kind, Map<String, String> further, List<String> javaOptions) throws Exception {
        return new SecuredService(
                folder, kind, further, javaOptions, TestCertificates.create(folder.resolve("certificates")));
    }

    /** A running service that serves the clients of this mode. */
    public ClientFixture of(ProtectionMode mode) throws IOException, InterruptedException {
        Map<String, String> wanted = mode.ofServices(kind, certificates);
        ClientFixture current = running;
        if (current != null && wanted.equals(settings)) {
            return current;
        }
        close();
        ServiceSettings service = ServiceSettings.in(Files.createTempDirectory(folder, "service"), kind)
                .withJavaOptions(javaOptions);
        for (Map<String, String> each : List.of(wanted, further)) {
            for (Map.Entry<String, String> setting : each.entrySet()) {
                service = service.with(setting.getKey(), setting.getValue());
            }
        }
        ClientFixture started = ClientFixture.start(service);
        running = started;
        settings = wanted;
        return started;
    }

    public TestCertificates certificates() {
        return certificates;
    }

    /** A client of this mode with the secret of the cluster; the caller closes it. */
    public SparkClient connect(ProtectionMode mode, SparkVersion version, String appId) throws Exception {
        return of(mode).connect(version, appId, mode.ofClients(certificates));
    }

    @Override
    public void close() {
        ClientFixture current = running;
        running = null;
        if (current != null) {
            current.close();
        }
    }
}
