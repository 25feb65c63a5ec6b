package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectExecutorService;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A reclaimer on threads of its own, whose time passes when told to, and a search for orphans on request. */
public final class BackgroundCleanup implements AutoCloseable {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final ManualTicker time = new ManualTicker();
    private final MetricRegistry metrics = new MetricRegistry();
    private final RootExecutors workers = new RootExecutors(
            root -> RootExecutors.newThread("cleanup-" + root), () -> new RateLimiter(() -> 0, time, rest -> {}));
    private final LocalDirPolicy policy;
    private final OrphanPolicy orphans;
    private final Reclaimer reclaimer;

    public BackgroundCleanup(StateStore store, LocalDirPolicy policy, OrphanPolicy orphans, ActiveReads reads) {
        this.policy = policy;
        this.orphans = orphans;
        this.reclaimer = Reclaimer.withoutTimer(store, policy, orphans, reads, time, metrics, workers);
    }

    public Reclaimer reclaimer() {
        return reclaimer;
    }

    /** Lets time pass until nothing waits to be deleted, and the intents of what an application had are gone. */
    public void awaitAllDeleted() throws InterruptedException {
        long began = System.nanoTime();
        while (reclaimer.waiting(policy.realRoots()).dirs() > 0) {
            if (System.nanoTime() - began > WAIT.toNanos()) {
                throw new AssertionError("not all was deleted in " + WAIT);
            }
            pass(Duration.ofSeconds(1));
        }
    }

    /** Searches once, in the caller's thread; what is found goes in the background. */
    public void deleteOrphans() {
        RootExecutors direct = new RootExecutors(
                root -> new DirectExecutorService(), () -> new RateLimiter(() -> 0, time, rest -> {}));
        try (OrphanScanner search = OrphanScanner.withoutTimer(
                OrphanMode.DELETE, policy, orphans, reclaimer, time, new MetricRegistry(), direct)) {
            search.search();
        }
    }

    /** Lets time pass until nothing is remembered of orphans that have gone. */
    public void forgetOrphans() throws InterruptedException {
        // One counts as gone just before the time begins for which it is remembered.
        awaitThreads();
        pass(Reclaimer.ORPHANS_REMEMBERED);
    }

    private void pass(Duration duration) throws InterruptedException {
        time.pass(duration);
        reclaimer.check();
        awaitThreads();
    }

    private void awaitThreads() throws InterruptedException {
        for (Path root : policy.realRoots()) {
            CountDownLatch reached = new CountDownLatch(1);
            workers.execute(root, pace -> reached.countDown());
            if (!reached.await(WAIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the work under " + root + " hangs");
            }
        }
    }

    @Override
    public void close() {
        reclaimer.close();
    }
}
