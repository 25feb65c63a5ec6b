package dev.mesosshuffle.status;

import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Everything that operators can see: the one source of the API, the status page and {@code apps --output json}.
 *
 * <p><b>Concurrency:</b> for any thread but event loops, since some of it takes as long as there are applications; waits for no
 * disk, and takes no lock that clients wait for.
 */
public final class StatusSource {
    private final ServiceIdentity identity;
    private final Supplier<List<ConfigEntry>> configuration;
    private final ApplicationViews applications;
    private final DiskViews disks;
    private final IntSupplier deferredWrites;
    private final History history;
    private final Ticker ticker;

    /**
     * What is kept of the past.
     *
     * @param events the last events
     * @param load what was served
     */
    public record History(EventHistory events, LoadHistory load) {
        /** Nothing is kept. */
        public static History none() {
            return new History(EventHistory.NONE, LoadHistory.NONE);
        }
    }

    /**
     * Creates a source.
     *
     * @param configuration the settings that are in effect
     * @param deferredWrites how many changes of the registry wait because it cannot be written
     */
    public StatusSource(
            ServiceIdentity identity,
            Supplier<List<ConfigEntry>> configuration,
            ApplicationViews applications,
            DiskViews disks,
            IntSupplier deferredWrites,
            History history,
            Ticker ticker) {
        this.identity = identity;
        this.configuration = configuration;
        this.applications = applications;
        this.disks = disks;
        this.deferredWrites = deferredWrites;
        this.history = history;
        this.ticker = ticker;
    }

    /** Returns what runs here. */
    public ServiceStatus service() {
        return new ServiceStatus(
                identity.version(),
                Runtime.version().toString(),
                identity.startedAt(),
                Duration.ofNanos(ticker.read() - identity.startedNanos()),
                identity.host(),
                identity.port(),
                applications.count(),
                applications.executorCount(),
                deferredWrites.getAsInt());
    }

    /** Returns how many changes of the registry wait because it cannot be written. Waits for no lock. */
    public int deferredWrites() {
        return deferredWrites.getAsInt();
    }

    /** Returns every setting with its value and its origin. */
    public List<ConfigEntry> configuration() {
        return configuration.get();
    }

    /** Returns the applications. */
    public ApplicationViews applications() {
        return applications;
    }

    /** Returns the disks. */
    public List<DiskView> disks() {
        return disks.all();
    }

    /** Returns the last events. */
    public EventHistory events() {
        return history.events();
    }

    /** Returns what was served within the last hour. */
    public LoadHistory load() {
        return history.load();
    }
}
