package dev.mesosshuffle;

import dev.mesosshuffle.config.LoadedConfig;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.status.ApplicationViews;
import dev.mesosshuffle.status.ConfigEntry;
import dev.mesosshuffle.status.DiskUsage;
import dev.mesosshuffle.status.DiskViews;
import dev.mesosshuffle.status.LoadSampler;
import dev.mesosshuffle.status.RecentEventHistory;
import dev.mesosshuffle.status.ServiceIdentity;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.status.UsageCache;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/** Puts together what operators can see, from the parts of the daemon. Loaded when somebody asks, or can. */
final class StatusFlow {
    private final ApplicationViews applications;
    private final PersistentState state;
    private final ServeFlow serve;

    StatusFlow(PersistentState state, ServeFlow serve, ReclaimFlow reclaim, DiskUsage diskUsage) {
        this.state = state;
        this.serve = serve;
        UsageCache usage = new UsageCache(diskUsage, state.registry()::localDirs);
        this.applications = new ApplicationViews(
                reclaim.liveness().applicationAdmin(), state.registry(), serve::activeReads, usage);
    }

    /** The applications, as the source has them. */
    ApplicationViews applications() {
        return applications;
    }

    /** Begins to keep what operators may ask of the past; once. */
    static StatusSource.History history(DaemonContext context) {
        if (!(context.events() instanceof RecentEvents events)) {
            return StatusSource.History.none();
        }
        LoadSampler load = context.register(new LoadSampler(context.metrics(), System::nanoTime, Clock.systemUTC()));
        load.start();
        return new StatusSource.History(new RecentEventHistory(events), load);
    }

    StatusSource source(
            ServiceIdentity identity,
            Supplier<List<LoadedConfig.EffectiveSetting>> settings,
            StatusSource.History history) {
        return new StatusSource(
                identity,
                () -> settings.get().stream()
                        .map(setting -> new ConfigEntry(setting.key(), setting.value(), setting.origin()))
                        .toList(),
                applications,
                new DiskViews(state.probers(), serve::diskActivity, history.load()),
                state.store()::deferredWrites,
                history,
                System::nanoTime);
    }
}
