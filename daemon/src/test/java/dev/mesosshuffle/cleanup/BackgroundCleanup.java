package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A reclaimer on threads of its own with manual time, and a scan for orphans on request. */
public final class BackgroundCleanup implements AutoCloseable {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final ManualTicker time = new ManualTicker();
    private final MetricRegistry metrics = new MetricRegistry();
    private final RootExecutors workers = new RootExecutors("cleanup-", () -> 0);
    private final LocalDirPolicy policy;
    private final OrphanPolicy orphanPolicy;
    private final Reclaimer reclaimer;

    public BackgroundCleanup(
            StateStore store,
            LocalDirPolicy policy,
            OrphanPolicy orphanPolicy,
            PeerRegistries peers,
            ActiveReads reads) {
        this.policy = policy;
        this.orphanPolicy = orphanPolicy;
        this.reclaimer = new Reclaimer(
                store,
                new RemovalGuards(policy, orphanPolicy, peers, reads),
                time,
                workers,
                metrics,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
    }

    public Reclaimer reclaimer() {
        return reclaimer;
    }

    /** Lets time pass until no removal is pending, and the intents of applications' dirs are deleted. */
    public void awaitAllDeleted() throws InterruptedException {
        long began = System.nanoTime();
        while (reclaimer.pending(policy.realRoots()).dirs() > 0) {
            if (System.nanoTime() - began > WAIT.toNanos()) {
                throw new AssertionError("not all was deleted in " + WAIT);
            }
            pass(Duration.ofSeconds(1));
        }
    }

    /** Scans once, on the caller's thread; what is found is deleted in the background. */
    public void deleteOrphans() {
        try (OrphanScanner scanner = new OrphanScanner(
                OrphanMode.DELETE,
                policy,
                orphanPolicy,
                reclaimer,
                time,
                DirectRootExecutors.unlimited(),
                new MetricRegistry())) {
            scanner.scan();
        }
    }

    /** Lets time pass until the intents of deleted orphans are removed. */
    public void forgetOrphans() throws InterruptedException {
        // An orphan counts as deleted just before the time starts for which its intent is kept.
        awaitThreads();
        pass(Reclaimer.INTENT_RETENTION);
        // A registry that is busy, for example with the intent of the other root, fails an attempt, which is then
        // retried.
        long began = System.nanoTime();
        while (!reclaimer.rootInodes().isEmpty()) {
            if (System.nanoTime() - began > WAIT.toNanos()) {
                throw new AssertionError("not all intents were removed in " + WAIT);
            }
            pass(Duration.ofSeconds(1));
        }
    }

    private void pass(Duration duration) throws InterruptedException {
        time.pass(duration);
        reclaimer.check();
        awaitThreads();
    }

    private void awaitThreads() throws InterruptedException {
        for (Path root : policy.realRoots()) {
            CountDownLatch reached = new CountDownLatch(1);
            workers.execute(root, rateLimiter -> reached.countDown());
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
