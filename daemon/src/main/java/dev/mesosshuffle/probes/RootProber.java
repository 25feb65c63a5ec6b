package dev.mesosshuffle.probes;

import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
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
 * Looks at one root, on a thread of its own, and keeps what was seen last. A root is unavailable while it cannot be
 * looked at, or has not answered for {@link #UNRESPONSIVE_AFTER}; the operator hears of that once, and once of its end.
 * One that is not there is no fault: an executor may make it.
 *
 * <p><b>Concurrency:</b> for any thread; none but the root's own works on the disk, and none waits for it. One look at a
 * time, however long it takes.
 */
final class RootProber {
    private static final Logger logger = LoggerFactory.getLogger(RootProber.class);

    static final Duration UNRESPONSIVE_AFTER = Duration.ofSeconds(10);

    private final Path root;
    private final RootReading look;
    private final Executor thread;
    private final RootListener listener;
    private final Ticker ticker;

    /** Is done when the look that goes on has come back; of the last one, if none goes on. */
    private CompletableFuture<Void> current = CompletableFuture.completedFuture(null);

    private long lookStarted;
    private @Nullable RootSnapshot last;
    private long lastAt;
    private @Nullable Path realPath;
    private @Nullable IOException failure;
    private boolean unavailable;
    private long unavailableSince;

    /**
     * Makes one; nothing is looked at yet.
     *
     * @param thread does one task after the other
     * @param listener hears of each look
     * @param ticker the time
     */
    RootProber(Path root, RootReading look, Executor thread, RootListener listener, Ticker ticker) {
        this.root = root;
        this.look = look;
        this.thread = thread;
        this.listener = listener;
        this.ticker = ticker;
    }

    /** Has the root looked at, unless a look goes on; returns what is done when it has come back. */
    CompletableFuture<Void> probe() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Path path;
        synchronized (this) {
            if (!current.isDone()) {
                return current;
            }
            current = done;
            lookStarted = ticker.read();
            path = realPath == null ? root : realPath;
        }
        try {
            thread.execute(() -> look(path, done));
        } catch (RuntimeException | Error e) {
            done.complete(null);
            ThreadShortage.report("the look at root " + root, e);
        }
        return done;
    }

    private void look(Path path, CompletableFuture<Void> done) {
        RootSnapshot seen = null;
        IOException reason = null;
        try {
            seen = look.look(path);
        } catch (IOException e) {
            reason = e;
        } catch (RuntimeException | Error e) {
            reason = new IOException(e.toString(), e);
        }
        looked(seen, reason);
        try {
            listener.looked(path(), seen, reason);
        } finally {
            done.complete(null);
            tell();
        }
    }

    private synchronized void looked(@Nullable RootSnapshot seen, @Nullable IOException reason) {
        failure = reason;
        if (seen != null) {
            last = seen;
            lastAt = ticker.read();
            if (realPath == null) {
                realPath = seen.realPath();
            }
        }
    }

    /** Has something else done on the root's thread, which may hang. */
    void execute(Runnable task) {
        thread.execute(task);
    }

    /** The real path, as it was first seen; as it was given, if it never was. */
    synchronized Path path() {
        return realPath == null ? root : realPath;
    }

    synchronized @Nullable Path realPath() {
        return realPath;
    }

    synchronized @Nullable RootSnapshot last() {
        return last;
    }

    /** For how long what was seen last has been getting old; null if nothing was seen. */
    synchronized @Nullable Duration age() {
        return last == null ? null : Duration.ofNanos(ticker.read() - lastAt);
    }

    /** Why nothing can be done under the root; null if that is not so. */
    synchronized @Nullable String reasonUnavailable() {
        if (!current.isDone()) {
            Duration waited = Duration.ofNanos(ticker.read() - lookStarted);
            if (waited.compareTo(UNRESPONSIVE_AFTER) >= 0) {
                return "it has not answered for " + waited.toSeconds() + " s";
            }
        }
        return failure == null || failure instanceof NoSuchFileException
                ? null
                : "it cannot be looked at (" + failure + ")";
    }

    /** Whether no look has ever said where it is, or that it is not there. */
    synchronized boolean isUnknown() {
        return realPath == null && !(failure instanceof NoSuchFileException);
    }

    /** Whether a look goes on that should have come back. */
    synchronized boolean isUnresponsive() {
        return !current.isDone() && ticker.read() - lookStarted >= UNRESPONSIVE_AFTER.toNanos();
    }

    /** Tells the operator if the root has become unavailable, or available again. To be called now and then. */
    synchronized void tell() {
        String reason = reasonUnavailable();
        if (reason != null && !unavailable) {
            unavailable = true;
            unavailableSince = ticker.read();
            logger.warn(
                    "Root {} is unavailable: {}. Is its disk well, and the server that it may be on? Until it answers,"
                            + " its blocks cannot be read, nothing is registered or deleted there, and it is not"
                            + " searched for orphans; executors with dirs there are kept, and other roots go on.",
                    root,
                    reason);
        } else if (reason == null && unavailable && current.isDone()) {
            unavailable = false;
            logger.info(
                    "Root {} is available again, {} s after that was noticed",
                    root,
                    TimeUnit.NANOSECONDS.toSeconds(ticker.read() - unavailableSince));
        }
    }

    /** Looks no more. A look that goes on is left alone. */
    void close() {
        if (thread instanceof ExecutorService service) {
            service.shutdown();
        }
    }
}
