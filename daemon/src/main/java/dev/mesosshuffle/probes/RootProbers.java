package dev.mesosshuffle.probes;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the local roots. Each is looked at every few seconds by a {@link RootProber}, on a thread of its own, so
 * that one whose disk hangs costs that thread and hides no other. Whoever asks gets what was seen last.
 *
 * <p><b>Concurrency:</b> for any thread. Nothing here works on a disk or waits for one, but for {@link #refresh}, which
 * waits for as long as it is told.
 */
public final class RootProbers implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(RootProbers.class);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int TICKS_PER_ROUND = 5;

    /** How long a start waits for the roots; a disk that spins up takes longer, and is there a little later. */
    private static final Duration START_LIMIT = Duration.ofSeconds(3);

    private static final long UNKNOWN = -1;

    private final List<Path> roots;
    private final Supplier<RootReading> newLook;
    private final Function<Path, Executor> newThread;
    private final Ticker ticker;
    private final ConcurrentMap<Path, RootProber> probers = new ConcurrentHashMap<>();
    private final List<RootListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> beforeRounds = new CopyOnWriteArrayList<>();
    private @Nullable ScheduledExecutorService timer;
    private int ticks;

    RootProbers(List<Path> roots, Supplier<RootReading> newLook, Function<Path, Executor> newThread, Ticker ticker) {
        this.roots = List.copyOf(roots);
        this.newLook = newLook;
        this.newThread = newThread;
        this.ticker = ticker;
    }

    /**
     * Begins to look at roots, and waits a few seconds for those that answer.
     *
     * @param roots the allowed roots, absolute, whether or not they exist yet
     * @param metrics gets, for each, {@code shuffleService.disk.ROOT.freeBytes}, {@code .freeInodes} and {@code
     *     .lastLookSeconds}
     * @return the probers, to be closed
     */
    public static RootProbers start(List<Path> roots, MetricRegistry metrics) {
        RootProbers probers = new RootProbers(
                roots,
                () -> {
                    InodeCounter inodes = InodeCounter.asking(System::nanoTime);
                    return root -> RootSnapshot.of(root, inodes::count);
                },
                RootProbers::newThread,
                System::nanoTime);
        probers.register(metrics);
        probers.refresh(roots, START_LIMIT);
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> daemon("roots-timer", task));
        probers.timer = timer;
        var unused =
                timer.scheduleWithFixedDelay(probers::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        return probers;
    }

    /**
     * Makes probers that look only when they are asked to, and then in the caller's thread.
     *
     * @param roots the allowed roots, absolute, whether or not they exist yet
     * @return the probers
     */
    public static RootProbers inCallersThread(List<Path> roots) {
        return new RootProbers(
                roots,
                () -> root -> RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN),
                root -> Runnable::run,
                System::nanoTime);
    }

    private static ExecutorService newThread(Path root) {
        return new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> daemon("root-" + root, task));
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void register(MetricRegistry metrics) {
        for (Path root : roots) {
            String name = "shuffleService.disk." + root;
            RootProber prober = prober(root);
            metrics.gauge(name + ".freeBytes", () -> (Gauge<Long>) () -> {
                RootSnapshot last = prober.last();
                return last == null ? UNKNOWN : last.usage().freeBytes();
            });
            metrics.gauge(name + ".freeInodes", () -> (Gauge<Long>) () -> {
                RootSnapshot last = prober.last();
                return last == null || !last.usage().inodes().isKnown()
                        ? UNKNOWN
                        : last.usage().inodes().free();
            });
            metrics.gauge(name + ".lastLookSeconds", () -> (Gauge<Long>) () -> {
                Duration age = prober.age();
                return age == null ? UNKNOWN : age.toSeconds();
            });
        }
    }

    /**
     * Adds a listener, which hears of all looks from now on.
     *
     * @param listener hears of each look
     */
    public void listen(RootListener listener) {
        listeners.add(listener);
    }

    /**
     * Adds what is to be done each time before the roots are looked at, on the timer's thread.
     *
     * @param task must not work on a disk
     */
    public void beforeEachRound(Runnable task) {
        beforeRounds.add(task);
    }

    /** An exception would be the last thing that the timer ever hears of it. */
    void tick() {
        try {
            probers.values().forEach(RootProber::tell);
            if (ticks++ % TICKS_PER_ROUND == 0) {
                lookAtAll();
            }
        } catch (RuntimeException | Error e) {
            ThreadShortage.report("the look at the roots", e);
        }
    }

    /** Has each root looked at that is not being looked at already. */
    public void lookAtAll() {
        beforeRounds.forEach(Runnable::run);
        roots.forEach(this::prober);
        for (RootProber prober : probers.values()) {
            var unused = prober.probe();
        }
    }

    /**
     * Has a root looked at from now on, which may be one that is not allowed any more.
     *
     * @param root the root, a real path
     */
    public void watch(Path root) {
        if (find(root) == null) {
            var unused = prober(root);
        }
    }

    private RootProber prober(Path root) {
        return probers.computeIfAbsent(
                root, path -> new RootProber(path, newLook.get(), newThread.apply(path), this::looked, ticker));
    }

    private void looked(Path root, @Nullable RootSnapshot seen, @Nullable IOException failure) {
        for (RootListener listener : listeners) {
            try {
                listener.looked(root, seen, failure);
            } catch (RuntimeException | Error e) {
                ThreadShortage.report("what follows from a look at root " + root, e);
            }
        }
    }

    private @Nullable RootProber find(Path root) {
        RootProber known = probers.get(root);
        if (known != null) {
            return known;
        }
        return probers.values().stream()
                .filter(prober -> root.equals(prober.realPath()))
                .findFirst()
                .orElse(null);
    }

    /**
     * Returns the allowed roots that were seen.
     *
     * @return the real path, as it was first seen, of each allowed root
     */
    public Map<Path, Path> realRoots() {
        Map<Path, Path> real = new LinkedHashMap<>();
        for (Path root : roots) {
            Path path = prober(root).realPath();
            if (path != null) {
                real.put(root, path);
            }
        }
        return real;
    }

    /**
     * Has roots looked at now, but for those that have not answered for long, and waits for them.
     *
     * @param which some of the allowed roots
     * @param limit for how long to wait in all
     */
    public void refresh(Collection<Path> which, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        CompletableFuture<?>[] looks = which.stream()
                .map(this::prober)
                .filter(prober -> !prober.isUnresponsive())
                .map(RootProber::probe)
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(looks).get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            logger.debug("Not all of {} have answered within {} ms", which, limit.toMillis());
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Tells why nothing can be done under a root.
     *
     * @param root its path, real or as it is configured
     * @return the reason; null if there is none, or nothing is known of the root
     */
    public @Nullable String reasonUnavailable(Path root) {
        RootProber prober = find(root);
        return prober == null ? null : prober.reasonUnavailable();
    }

    /**
     * Tells whether nothing is known of an allowed root, not even whether it is there.
     *
     * @param root the root as it is configured
     * @return whether no look at it has ever come back with an answer
     */
    public boolean isUnknown(Path root) {
        return prober(root).isUnknown();
    }

    /**
     * Tells whether work on a root would hang now.
     *
     * @param root its path, real or as it is configured
     * @return whether a look at it should have come back
     */
    public boolean isUnresponsive(Path root) {
        RootProber prober = find(root);
        return prober != null && prober.isUnresponsive();
    }

    /**
     * Has something done on a root's own thread, after the look that goes on.
     *
     * @param root its path, real or as it is configured; one that is not known is added
     * @param task works on that root's disk alone, and may hang
     */
    public void execute(Path root, Runnable task) {
        RootProber known = find(root);
        (known == null ? prober(root) : known).execute(task);
    }

    /** Looks at nothing more. A look that goes on is left alone, for it changes nothing. */
    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
        probers.values().forEach(RootProber::close);
    }
}
