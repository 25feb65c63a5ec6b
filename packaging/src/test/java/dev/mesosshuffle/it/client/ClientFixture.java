package dev.mesosshuffle.it.client;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.io.IOException;
import java.util.Map;

/** A running service and clients of any version for it; used by one thread. */
public final class ClientFixture implements AutoCloseable {
    private final ServiceSettings settings;
    private final ManagedProcess service;

    private int made;

    private ClientFixture(ServiceSettings settings, ManagedProcess service) {
        this.settings = settings;
        this.service = service;
    }

    public static ClientFixture start(ServiceSettings settings) throws IOException, InterruptedException {
        return new ClientFixture(settings, settings.start());
    }

    public ManagedProcess service() {
        return service;
    }

    public int port() {
        return settings.port();
    }

    /** A client of an application; the caller closes it. */
    public SparkClient connect(SparkVersion version, String appId, Map<String, String> conf)
            throws IOException, ReflectiveOperationException {
        return SparkClients.connect(version, settings.port(), appId, conf);
    }

    /** An id that no application had before. */
    public String newAppId(SparkVersion version) {
        made++;
        return "app-" + version + "-" + made;
    }

    /** New local dirs of an executor below the service's root. */
    public LocalDirs newLocalDirs(String appId, int count) throws IOException {
        return LocalDirs.create(settings.localRoot(), appId, count);
    }

    @Override
    public void close() {
        service.close();
    }
}
