package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.DataFolder;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What experiments have in common.
 *
 * @param launchers the services; the first one is compared with the second
 * @param data where the shuffle files are
 * @param work for what the services write
 * @param rounds how many rounds each service has
 * @param roundTime how long a round is, if the experiment does not say by itself when it ends
 * @param warmUp how long a service is warmed up before its first round
 */
public record Bench(
        List<Launcher> launchers, DataFolder data, Path work, int rounds, Duration roundTime, Duration warmUp) {
    public Bench {
        launchers = List.copyOf(launchers);
    }

    RunningService start(Launcher launcher) throws IOException, InterruptedException {
        return start(launcher, Setup.USUAL);
    }

    RunningService start(Launcher launcher, Setup setup) throws IOException, InterruptedException {
        return RunningService.start(launcher, work.resolve(launcher.name()), setup);
    }
}
