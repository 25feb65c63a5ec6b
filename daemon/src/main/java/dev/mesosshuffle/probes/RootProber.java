package dev.mesosshuffle.probes;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one root on a thread of its own, and keeps the last snapshot. A root is unavailable while its probes fail, or
 * while a probe has not returned for {@link #UNRESPONSIVE_AFTER}; the begin and the end of that are logged once each. A
 * root that does not exist is no failure: an executor may create it.
 *
 * <p><b>Concurrency:</b> for any thread; only the root's own works on the disk, and no other waits for it. One probe at a
 * time, however long it takes.
 */
final class RootProber {
    private static final Logger logger = LoggerFactory.getLogger(RootProber.class);

    static final Duration UNRESPONSIVE_AFTER = Duration.ofSeconds(10);

    private final Path root;
    private final RootReading reading;
    private final Executor thread;
    private final RootListener listener;
    private final Ticker ticker;
    private final EventRecorder events;

    /** Done when the current probe has completed; that of the last probe, if none runs. */
    private CompletableFuture<Void> current = CompletableFuture.completedFuture(null);

    private long probeStarted;
    private @Nullable RootSnapshot last;
    private long lastAt;
    private @Nullable Path realPath;
    private @Nullable IOException failure;
    private boolean unavailable;
    private long unavailableSince;

    /**
     * Creates a prober, which reads nothing yet.
     *
     * @param thread runs one task after the other
     * @param listener receives the result of each probe
     * @param events keeps the begin and the end of each time without the root
     */
    RootProber(
            Path root,
            RootReading reading,
            Executor thread,
            RootListener listener,
            Ticker ticker,
            EventRecorder events) {
        this.root = root;
        this.reading = reading;
        this.thread = thread;
        this.listener = listener;
        this.ticker = ticker;
        this.events = events;
    }

    /** Starts a probe, unless one runs; returns a future that is done when it has completed. */
    CompletableFuture<Void> probe() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Path path;
        synchronized (this) {
            if (!current.isDone()) {
                return current;
            }
            current = done;
            probeStarted = ticker.read();
            path = realPath == null ? root : realPath;
        }
        try {
            thread.execute(() -> read(path, done));
        } catch (RuntimeException | Error e) {
            done.complete(null);
            ThreadShortage.report("the probe of root " + root, e);
        }
        return done;
    }

    private void read(Path path, CompletableFuture<Void> done) {
        try {
            probe(path);
        } catch (OutOfMemoryError e) {
            // The last result remains. Without an end, no further probe would ever start.
            HeapShortage.survived(e);
        } finally {
            done.complete(null);
        }
        logAvailability();
    }

    private void probe(Path path) {
        RootSnapshot snapshot = null;
        IOException reason = null;
        try {
            snapshot = reading.read(path);
        } catch (IOException e) {
            reason = e;
        } catch (OutOfMemoryError e) {
            // It says nothing about the root.
            throw e;
        } catch (RuntimeException | Error e) {
            reason = new IOException(e.toString(), e);
        }
        completed(snapshot, reason);
        listener.probed(path(), snapshot, reason);
    }

    private synchronized void completed(@Nullable RootSnapshot snapshot, @Nullable IOException reason) {
        failure = reason;
        if (snapshot != null) {
            last = snapshot;
            lastAt = ticker.read();
            if (realPath == null) {
                realPath = snapshot.realPath();
            }
        }
    }

    /** Runs a task on the root's thread; it may hang there. */
    void execute(Runnable task) {
        thread.execute(task);
    }

    /** Returns the real path as of the first successful probe; before that, the configured path. */
    synchronized Path path() {
        return realPath == null ? root : realPath;
    }

    synchronized @Nullable Path realPath() {
        return realPath;
    }

    synchronized @Nullable RootSnapshot last() {
        return last;
    }

    /** Returns the age of the last snapshot; null if there is none. */
    synchronized @Nullable Duration age() {
        return last == null ? null : Duration.ofNanos(ticker.read() - lastAt);
    }

    /** Returns all of that at one time. */
    synchronized RootState state() {
        return new RootState(path(), last, age(), unavailabilityReason(), isUnresponsive());
    }

    /** Returns why nothing can be done under the root; null if something can. */
    synchronized @Nullable String unavailabilityReason() {
        if (!current.isDone()) {
            Duration waited = Duration.ofNanos(ticker.read() - probeStarted);
            if (waited.compareTo(UNRESPONSIVE_AFTER) >= 0) {
                return "it has not answered for " + waited.toSeconds() + " s";
            }
        }
        return failure == null || failure instanceof NoSuchFileException ? null : "it cannot be read (" + failure + ")";
    }

    /** Returns whether no probe has ever found where the root is, or that it does not exist. */
    synchronized boolean isUnknown() {
        return realPath == null && !(failure instanceof NoSuchFileException);
    }

    /** Returns whether the current probe is overdue. */
    synchronized boolean isUnresponsive() {
        return !current.isDone() && ticker.read() - probeStarted >= UNRESPONSIVE_AFTER.toNanos();
    }

    /** Logs if the root has become unavailable, or available again. Must be called periodically. */
    synchronized void logAvailability() {
        String reason = unavailabilityReason();
        if (reason != null && !unavailable) {
            unavailable = true;
            unavailableSince = ticker.read();
            events.record(EventKind.DISK, "", "root " + root + " is unavailable: " + reason);
            logger.warn(
                    "Root {} is unavailable: {}. Check its disk, and the server that it may be on. Until it answers, its"
                            + " blocks cannot be read, nothing is registered or deleted there, and it is not scanned for"
                            + " orphans. Executors with dirs there are kept, and other roots are not affected.",
                    root,
                    reason);
        } else if (reason == null && unavailable && current.isDone()) {
            unavailable = false;
            events.record(EventKind.DISK, "", "root " + root + " is available again");
            logger.info(
                    "Root {} is available again, {} s after that was noticed",
                    root,
                    TimeUnit.NANOSECONDS.toSeconds(ticker.read() - unavailableSince));
        }
    }

    /** Accepts no more probes; one that runs is not interrupted. */
    void close() {
        if (thread instanceof ExecutorService service) {
            service.shutdown();
        }
    }
}
