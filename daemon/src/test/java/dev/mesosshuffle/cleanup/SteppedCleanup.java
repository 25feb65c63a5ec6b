package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.host.ScriptedHost;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.DiskPressure;
import dev.mesosshuffle.roots.DiskPressureReport;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectExecutorService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/**
 * The deleting components of one service, wired as in the daemon. Work is queued until a test runs it on its own thread,
 * and can be killed at any file.
 */
public final class SteppedCleanup {
    private static final int MIN_FREE_PERCENT = 5;

    private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
    private final LocalDirPolicy policy;
    private final Reclaimer reclaimer;
    private final OrphanScanner scanner;
    private final DiskPressure pressure;
    private final ScriptedHost host;
    private int filesToLive = Integer.MAX_VALUE;

    /** The process is killed at this point. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /**
     * What the components work on.
     *
     * @param roots the local roots
     * @param store the service's store
     * @param registry what is registered
     * @param registries those of all services
     * @param reads what is being read
     * @param host what is seen of the host
     * @param mode what is done about orphans
     * @param orphanTimeout for how long an orphan must be idle
     * @param ticker the time
     * @param wallMillis the time that files are marked with, in ms
     */
    public record Context(
            List<Path> roots,
            StateStore store,
            Registry registry,
            PeerRegistries registries,
            ActiveReads reads,
            ScriptedHost host,
            OrphanMode mode,
            Duration orphanTimeout,
            Ticker ticker,
            LongSupplier wallMillis) {}

    public SteppedCleanup(Context context, MetricRegistry metrics) throws IOException {
        host = context.host();
        policy = LocalDirPolicy.of(context.roots(), metrics);
        OrphanPolicy orphanPolicy = new OrphanPolicy(
                policy,
                context.registries(),
                context.registry()::isClaimed,
                new FileAgeClock(context.wallMillis(), context.ticker()),
                context.orphanTimeout(),
                ProcessCredentials.current(),
                context.host()::view);
        RemovalGuards guards = new RemovalGuards(policy, orphanPolicy, context.registries(), context.reads());
        Ticker ticker = context.ticker();
        reclaimer = new Reclaimer(
                context.store(),
                guards,
                ticker,
                workers(ticker),
                metrics,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
        scanner = new OrphanScanner(context.mode(), policy, orphanPolicy, reclaimer, ticker, workers(ticker), metrics);
        pressure = new DiskPressure(
                MIN_FREE_PERCENT,
                reclaimer,
                new DiskPressureReport(
                        MIN_FREE_PERCENT, () -> live(context.registry()), Set::of, scanner::lastFound, ticker),
                workers(ticker),
                metrics);
    }

    private static Map<String, List<LocalDir>> live(Registry registry) {
        Map<String, List<LocalDir>> dirs = new HashMap<>();
        registry.applications().forEach(app -> dirs.put(app, registry.localDirs(app)));
        return dirs;
    }

    /** It pauses after each file, and that is where it can be killed. */
    private RootExecutors workers(Ticker ticker) {
        return new RootExecutors(root -> later(), () -> new RateLimiter(() -> 1, ticker, nanos -> fileDone()));
    }

    private ExecutorService later() {
        return new DirectExecutorService() {
            @Override
            public void execute(Runnable task) {
                work.add(task);
            }
        };
    }

    private void fileDone() {
        filesToLive--;
        if (filesToLive < 0) {
            throw new Killed();
        }
    }

    public LocalDirPolicy policy() {
        return policy;
    }

    public Reclaimer reclaimer() {
        return reclaimer;
    }

    public void scanForOrphans() {
        scanner.scan();
    }

    public void checkSpace() {
        policy.realRoots().forEach(root -> pressure.check(root, host.space()));
    }

    /** Lets what failed, or had to wait, be tried again if it is time. */
    public void tick() {
        reclaimer.check();
    }

    public boolean isIdle() {
        return work.isEmpty();
    }

    /**
     * Does the work that waits, with all that follows from it, or some of it.
     *
     * @param max how many pieces of work
     */
    public void work(int max) {
        Runnable next = work.poll();
        for (int done = 1; next != null; done++) {
            next.run();
            next = done < max ? work.poll() : null;
        }
    }

    /** Has it die after so many more files, or when it has no more work. */
    public void workAndDie(int files) {
        filesToLive = files;
        try {
            work(Integer.MAX_VALUE);
        } catch (Killed e) {
            // As was asked for.
            work.clear();
        }
        end();
    }

    /** Does no more; what waits is forgotten, as when the process is killed. */
    public void end() {
        work.clear();
        pressure.close();
        scanner.close();
        reclaimer.close();
    }
}
