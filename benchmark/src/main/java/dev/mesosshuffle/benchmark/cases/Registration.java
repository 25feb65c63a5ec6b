package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.Requests;
import java.io.IOException;
import java.nio.file.Path;

/** What every case begins with. */
final class Registration {
    private Registration() {}

    static void register(RunningService service, GeneratedExecutor executor) throws IOException {
        try (BlockingClient client = service.endpoint(executor.appId()).client()) {
            var unused = client.call(of(executor));
        }
    }

    /** The request by itself. */
    static byte[] of(GeneratedExecutor executor) {
        return Requests.registerExecutor(
                1,
                executor.appId(),
                GeneratedExecutor.EXECUTOR_ID,
                executor.localDirs().stream().map(Path::toString).toList(),
                GeneratedExecutor.SUB_DIRS);
    }
}
