package dev.mesosshuffle.probes;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventRecorder;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last snapshots of the local roots. A {@link RootProber} probes each root every few seconds on a thread of its own, so
 * that a disk that hangs occupies that thread and hides no other root. Whoever only wants to know the state of a root uses
 * these snapshots, and needs no thread of its own.
 *
 * <p><b>Concurrency:</b> for any thread. No method works on a disk or waits for one, except for {@link #refresh} and {@link
 * #start}, which wait for a limited time.
 */
public final class RootProbers implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(RootProbers.class);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int TICKS_PER_ROUND = 5;

    /** How long a start waits for the roots; a disk that spins up takes longer, and is known a little later. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(3);

    private static final long UNKNOWN = -1;

    private final List<Path> roots;
    private final Supplier<RootReading> newReading;
    private final Function<Path, Executor> newThread;
    private final Ticker ticker;
    private final EventRecorder events;
    private final ConcurrentMap<Path, RootProber> probers = new ConcurrentHashMap<>();
    private final List<RootListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> beforeRounds = new CopyOnWriteArrayList<>();
    private final PeriodicTask timer = new PeriodicTask("roots-timer", this::tick);
    private int ticks;

    /**
     * Creates probers of this host's roots, which read nothing before {@link #start}.
     *
     * @param roots the allowed roots, absolute, whether or not they exist yet
     * @param events keeps when a root is unavailable
     */
    public RootProbers(List<Path> roots, EventRecorder events) {
        this(
                roots,
                () -> {
                    InodeCounter inodes = InodeCounter.usingStat(System::nanoTime);
                    return root -> RootSnapshot.of(root, inodes::count);
                },
                root -> DaemonThreads.newSingleThread("root-" + root),
                System::nanoTime,
                events);
    }

    RootProbers(
            List<Path> roots,
            Supplier<RootReading> newReading,
            Function<Path, Executor> newThread,
            Ticker ticker,
            EventRecorder events) {
        this.roots = List.copyOf(roots);
        this.newReading = newReading;
        this.newThread = newThread;
        this.ticker = ticker;
        this.events = events;
    }

    /**
     * Creates probers that read only on request, on the caller's thread.
     *
     * @param roots the allowed roots, absolute, whether or not they exist yet
     * @return the probers
     */
    public static RootProbers inCallersThread(List<Path> roots) {
        return new RootProbers(
                roots,
                () -> root -> RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN),
                root -> Runnable::run,
                System::nanoTime,
                EventRecorder.NONE);
    }

    /**
     * Starts to probe the roots, and waits for up to 3 s for those that answer.
     *
     * @param metrics receives, for each root, {@code shuffleService.disk.ROOT.freeBytes}, {@code .totalBytes}, {@code
     *     .freeInodes}, {@code .totalInodes}, {@code .lastProbeSeconds} and {@code .unavailable}
     */
    public void start(MetricRegistry metrics) {
        register(metrics);
        refresh(roots, START_TIMEOUT);
        timer.start(TICK, TICK);
    }

    void register(MetricRegistry metrics) {
        for (Path root : roots) {
            String name = "shuffleService.disk." + root;
            RootProber prober = prober(root);
            metrics.gauge(name + ".freeBytes", () -> lastOf(prober, FileSystemUsage::freeBytes));
            metrics.gauge(name + ".totalBytes", () -> lastOf(prober, FileSystemUsage::totalBytes));
            metrics.gauge(
                    name + ".freeInodes",
                    () -> lastOf(
                            prober,
                            usage -> ifKnown(usage.inodes(), usage.inodes().free())));
            metrics.gauge(
                    name + ".totalInodes",
                    () -> lastOf(
                            prober,
                            usage -> ifKnown(usage.inodes(), usage.inodes().total())));
            metrics.gauge(
                    name + ".unavailable", () -> (Gauge<Integer>) () -> prober.unavailabilityReason() == null ? 0 : 1);
            metrics.gauge(name + ".lastProbeSeconds", () -> (Gauge<Long>) () -> {
                Duration age = prober.age();
                return age == null ? UNKNOWN : age.toSeconds();
            });
        }
    }

    private static Gauge<Long> lastOf(RootProber prober, ToLongFunction<FileSystemUsage> value) {
        return () -> {
            RootSnapshot last = prober.last();
            return last == null ? UNKNOWN : value.applyAsLong(last.usage());
        };
    }

    private static long ifKnown(FileSystemUsage.Inodes inodes, long value) {
        return inodes.isKnown() ? value : UNKNOWN;
    }

    /**
     * Adds a listener, which receives the results of all probes from now on.
     *
     * @param listener receives each result
     */
    public void addListener(RootListener listener) {
        listeners.add(listener);
    }

    /**
     * Adds a task that runs before each round of probes, on the timer's thread.
     *
     * @param task must not work on a disk
     */
    public void beforeEachRound(Runnable task) {
        beforeRounds.add(task);
    }

    void tick() {
        probers.values().forEach(RootProber::logAvailability);
        if (ticks++ % TICKS_PER_ROUND == 0) {
            probeAll();
        }
    }

    /** Starts a probe of each root that has none running. */
    public void probeAll() {
        beforeRounds.forEach(Runnable::run);
        roots.forEach(this::prober);
        for (RootProber prober : probers.values()) {
            var unused = prober.probe();
        }
    }

    /**
     * Probes a root from now on, which may be one that is not allowed any more.
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
                root,
                path -> new RootProber(path, newReading.get(), newThread.apply(path), this::probed, ticker, events));
    }

    private void probed(Path root, @Nullable RootSnapshot snapshot, @Nullable IOException failure) {
        for (RootListener listener : listeners) {
            try {
                listener.probed(root, snapshot, failure);
            } catch (RuntimeException | Error e) {
                ThreadShortage.report("the handling of a probe of root " + root, e);
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
     * Returns the allowed roots that were probed successfully.
     *
     * @return the real path, as of the first successful probe, of each such root
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
     * Probes roots now, except for unresponsive ones, and waits for the results.
     *
     * @param which some of the allowed roots
     * @param timeout how long to wait for all of them together
     */
    public void refresh(Collection<Path> which, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        CompletableFuture<?>[] probes = which.stream()
                .map(this::prober)
                .filter(prober -> !prober.isUnresponsive())
                .map(RootProber::probe)
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(probes).get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            logger.debug("Not all of {} have answered within {} ms", which, timeout.toMillis());
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns why nothing can be done under a root.
     *
     * @param root its real or its configured path
     * @return the reason; null if there is none, or the root is unknown
     */
    public @Nullable String unavailabilityReason(Path root) {
        RootProber prober = find(root);
        return prober == null ? null : prober.unavailabilityReason();
    }

    /**
     * Returns the allowed roots, as configured.
     */
    public List<Path> roots() {
        return roots;
    }

    /**
     * Returns the name of a root for operators, wherever it is shown: its path as configured, which does not change when a disk
     * that could not be resolved at the start answers.
     *
     * @param root its real or its configured path
     * @return the configured path; the same if it is that of no allowed root, or not yet known to be
     */
    public Path configured(Path root) {
        if (roots.contains(root)) {
            return root;
        }
        return roots.stream()
                .filter(allowed -> root.equals(prober(allowed).realPath()))
                .findFirst()
                .orElse(root);
    }

    /**
     * Returns what the probes of a root have found.
     *
     * @param root its configured path; one of {@link #roots}
     * @return the last snapshot and its age
     */
    public RootState state(Path root) {
        return prober(root).state();
    }

    /**
     * Returns whether nothing is known of an allowed root, not even whether it exists.
     *
     * @param root its configured path
     * @return whether no probe has ever had a result
     */
    public boolean isUnknown(Path root) {
        return prober(root).isUnknown();
    }

    /**
     * Returns whether work on a root would hang now.
     *
     * @param root its real or its configured path
     * @return whether a probe of it is overdue
     */
    public boolean isUnresponsive(Path root) {
        RootProber prober = find(root);
        return prober != null && prober.isUnresponsive();
    }

    /**
     * Runs a task on a root's own thread, after the current probe.
     *
     * @param root its real or its configured path; an unknown root is added
     * @param task works on that root's disk alone, and may hang
     */
    public void execute(Path root, Runnable task) {
        RootProber known = find(root);
        (known == null ? prober(root) : known).execute(task);
    }

    /** Ends the probes. One that runs is not interrupted, because it changes nothing. */
    @Override
    public void close() {
        timer.close();
        probers.values().forEach(RootProber::close);
    }
}
