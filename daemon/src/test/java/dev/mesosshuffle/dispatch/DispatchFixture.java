package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.LivenessStoreAdapter;
import dev.mesosshuffle.activity.FileTimes;
import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.cleanup.TestRemovalGuards;
import dev.mesosshuffle.concurrent.ClientDiskExecutor;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.liveness.LivenessConfig;
import dev.mesosshuffle.liveness.LivenessContext;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.roots.RootMonitor;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** A dispatcher's real parts on real files, and time that passes when a test says so. */
public final class DispatchFixture implements AutoCloseable {
    final FetchFixture fetch;
    final ManualTicker ticker = new ManualTicker();
    final LivenessMonitor liveness;
    final LocalDirPolicy policy;

    private final Reclaimer reclaimer;

    public DispatchFixture(Path temp) throws Exception {
        fetch = new FetchFixture(temp);
        policy = LocalDirPolicy.of(List.of(fetch.root), fetch.metrics);
        reclaimer = new Reclaimer(
                fetch.store,
                TestRemovalGuards.of(policy, temp.resolve("state"), appId -> false),
                System::nanoTime,
                new RootExecutors("cleanup-", () -> 0),
                fetch.metrics,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
        reclaimer.start(Reclaimer.CHECK_INTERVAL);
        liveness = new LivenessMonitor(
                fetch.registry,
                reclaimer,
                new LivenessConfig(Duration.ofHours(24), Duration.ofHours(1), true),
                new LivenessContext(
                        ticker,
                        System::currentTimeMillis,
                        new Random(1),
                        (root, task) -> task.run(),
                        FileTimes.ON_DISK,
                        new LivenessStoreAdapter(fetch.store),
                        null,
                        EventRecorder.NONE),
                dirs -> {},
                fetch.metrics);
    }

    /** The part that reads blocks. */
    public FetchFixture fetch() {
        return fetch;
    }

    LocalDirServices localDirServices(RootMonitor rootMonitor) {
        return new LocalDirServices(policy, new BlockFileRemover(), rootMonitor);
    }

    /** A dispatcher that diagnoses corruption on an executor. */
    public Dispatcher dispatcher(ClientDiskExecutor diagnosisExecutor) throws Exception {
        return new Dispatcher(
                fetch.services,
                localDirServices(fetch.availableRoot()),
                diagnosisExecutor,
                fetch.registry,
                liveness,
                fetch.rateLimitedLogger,
                fetch.metrics,
                EventRecorder.NONE);
    }

    @Override
    public void close() {
        liveness.close();
        reclaimer.close();
        fetch.close();
    }
}
