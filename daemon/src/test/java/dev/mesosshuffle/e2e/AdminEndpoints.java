package dev.mesosshuffle.e2e;

import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.util.Set;

/** Admin servers for tests. */
final class AdminEndpoints {
    private AdminEndpoints() {}

    /** One on a free port of this host, which asks for no credentials. */
    static ServiceConfig.Admin onLoopback() throws IOException {
        return new ServiceConfig.Admin(
                FreePort.find(), true, "127.0.0.1", true, Set.of(), null, new ServiceConfig.TlsPem(null, null, null));
    }
}
