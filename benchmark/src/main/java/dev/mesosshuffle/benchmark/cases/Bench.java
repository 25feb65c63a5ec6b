package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.DataFolder;
import dev.mesosshuffle.benchmark.security.Protection;
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
 * @param tlsLaunchers the services that speak TLS, likewise
 * @param data where the shuffle files are
 * @param work for what the services write
 * @param rounds how many rounds each service has
 * @param roundTime how long a round is, if the experiment does not say by itself when it ends
 * @param warmUp how long a service is warmed up before its first round
 */
public record Bench(
        List<Launcher> launchers,
        List<Launcher> tlsLaunchers,
        DataFolder data,
        Path work,
        int rounds,
        Duration roundTime,
        Duration warmUp) {
    public Bench {
        launchers = List.copyOf(launchers);
        tlsLaunchers = List.copyOf(tlsLaunchers);
    }

    List<Launcher> launchers(Protection protection) {
        return protection == Protection.TLS ? tlsLaunchers : launchers;
    }

    RunningService start(Launcher launcher) throws IOException, InterruptedException {
        return start(launcher, Setup.USUAL);
    }

    RunningService start(Launcher launcher, Setup setup) throws IOException, InterruptedException {
        return startAs(launcher.name(), launcher, setup);
    }

    /** Starts one beside another of the same launcher. */
    RunningService startAs(String name, Launcher launcher, Setup setup) throws IOException, InterruptedException {
        return RunningService.start(launcher, work.resolve(name.replaceAll("[ ,]+", "-")), setup);
    }
}
