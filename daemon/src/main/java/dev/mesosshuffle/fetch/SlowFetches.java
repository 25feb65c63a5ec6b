package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.jfr.FetchEvent;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.logging.RateLimitedLogger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells where the time of fetches went: each to a flight recording, and those that took too long to the log, one line a minute
 * for each disk. For any thread.
 */
public final class SlowFetches {
    private static final Logger logger = LoggerFactory.getLogger(SlowFetches.class);

    private static final double NANOS_PER_SECOND = 1e9;

    private final long thresholdNanos;
    private final Ticker ticker;
    private final RateLimitedLogger rateLimitedLogger;

    /**
     * Creates one.
     *
     * @param threshold what takes longer is logged; zero logs nothing
     * @param ticker the time
     * @param rateLimitedLogger limits the lines
     */
    public SlowFetches(Duration threshold, Ticker ticker, RateLimitedLogger rateLimitedLogger) {
        this.thresholdNanos = threshold.isZero() ? Long.MAX_VALUE : threshold.toNanos();
        this.ticker = ticker;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /**
     * A fetch whose last byte has left.
     *
     * @param executor the executor that wrote the first block
     * @param client the address of who fetched it
     * @param disk the root that stands for the disk
     * @param blocks how many were read in one turn and sent
     * @param bytes how many bytes they have
     * @param times where the time went
     */
    record Fetched(String executor, String client, Path disk, int blocks, long bytes, Times times) {}

    /**
     * Where the time went, in ns.
     *
     * @param queue behind other requests, of this connection and of others
     * @param index reading index files
     * @param open opening data files
     * @param read reading data files
     * @param client until the client had taken earlier blocks, and these
     */
    record Times(long queue, long index, long open, long read, long client) {
        long total() {
            return queue + index + open + read + client;
        }
    }

    /** The time now, in ns. */
    long now() {
        return ticker.read();
    }

    /** Whether a fetch took long enough to be logged. */
    boolean isSlow(long totalNanos) {
        return totalNanos >= thresholdNanos;
    }

    /** Tells a recording of a fetch. */
    void record(Fetched fetched, FetchEvent event) {
        Times times = fetched.times();
        event.executor = fetched.executor();
        event.client = fetched.client();
        event.disk = fetched.disk().toString();
        event.blocks = fetched.blocks();
        event.bytes = fetched.bytes();
        event.total = times.total();
        event.queue = times.queue();
        event.index = times.index();
        event.open = times.open();
        event.read = times.read();
        event.clientWait = times.client();
        event.commit();
    }

    /** Logs a slow fetch: at WARN if this host took long, at INFO if the client did. */
    void log(Fetched fetched) {
        Times times = fetched.times();
        String line = "A fetch took " + seconds(times.total()) + " s: " + fetched.blocks() + " blocks ("
                + HumanReadable.bytes(fetched.bytes()) + ") from disk " + fetched.disk() + " for " + fetched.client()
                + ", the first of " + fetched.executor() + ". Queue " + seconds(times.queue()) + " s, index "
                + seconds(times.index()) + " s, open " + seconds(times.open()) + " s, read " + seconds(times.read())
                + " s, wait for the client " + seconds(times.client()) + " s.";
        if (isSlow(times.total() - times.client())) {
            rateLimitedLogger.warn(logger, "slow fetch from " + fetched.disk(), line);
        } else {
            rateLimitedLogger.info(logger, "slow client of " + fetched.disk(), line);
        }
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / NANOS_PER_SECOND);
    }
}
