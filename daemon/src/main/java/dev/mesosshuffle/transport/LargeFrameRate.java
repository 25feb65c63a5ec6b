package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.concurrent.Ticker;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Limits how many bytes of very large frames each address may send per second, because each of them may make the JVM collect
 * its whole heap, which stops everybody. Generic cell rate algorithm: after a burst, frames have to wait.
 *
 * <p><b>Concurrency:</b> for any thread; never blocks for long.
 */
final class LargeFrameRate {
    /** Shorter frames become objects that a collection of the young generation takes. */
    static final int MIN_FRAME_BYTES = 1 << 20;

    /** The longest wait. What would have to wait for longer is refused: else connections that wait would pile up. */
    static final long MAX_DELAY_NANOS = TimeUnit.SECONDS.toNanos(20);

    /**
     * How many addresses have an entry of their own, each of less than 200 bytes, so less than 1 MiB in all. While so many have
     * sent more than their rate allows, all others share one entry.
     */
    static final int MAX_ADDRESSES = 4096;

    /** Paid debts are looked for no more often than this: each search looks at all entries. */
    static final long SEARCH_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final Object OTHER_ADDRESSES = new Object();

    private final double nanosPerByte;
    private final long burstNanos;
    private final Ticker ticker;
    private final Counter delayedFrames;
    private final long startNanos;

    /** Until when each address has used its rate, in nanoseconds since the start. */
    private final Map<Object, Long> usedUntil = new HashMap<>();

    /** When paid debts were last looked for, in nanoseconds since the start. */
    private long lastSearchNanos = -SEARCH_INTERVAL_NANOS;

    /**
     * Creates a limit.
     *
     * @param bytesPerSecond the rate of each address, at least 1
     * @param burstBytes what an address may send at once that has sent nothing for long
     * @param ticker the time
     * @param delayedFrames counts the frames that have to wait or are refused
     */
    LargeFrameRate(long bytesPerSecond, long burstBytes, Ticker ticker, Counter delayedFrames) {
        this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        this.burstNanos = (long) (burstBytes * nanosPerByte);
        this.ticker = ticker;
        this.delayedFrames = delayedFrames;
        this.startNanos = ticker.read();
    }

    /** What {@link #delayNanos} returns for a frame that is refused. */
    static final long REFUSED = -1;

    /**
     * Counts a frame that an address has announced, unless it is refused.
     *
     * @return for how many nanoseconds it has to wait, 0 if not at all; or {@link #REFUSED}
     */
    synchronized long delayNanos(Object address, int frameBytes) {
        if (frameBytes < MIN_FRAME_BYTES) {
            return 0;
        }
        long now = ticker.read() - startNanos;
        Object key = key(address, now);
        long used = Math.max(now, usedUntil.getOrDefault(key, now)) + (long) (frameBytes * nanosPerByte);
        long delay = Math.max(0, used - now - burstNanos);
        if (delay > 0) {
            delayedFrames.inc();
        }
        if (delay > MAX_DELAY_NANOS) {
            return REFUSED;
        }
        usedUntil.put(key, used);
        return delay;
    }

    /** Whose entry counts for an address. Those whose debt is paid make room for it. */
    private Object key(Object address, long now) {
        if (usedUntil.size() < MAX_ADDRESSES || usedUntil.containsKey(address)) {
            return address;
        }
        if (now - lastSearchNanos >= SEARCH_INTERVAL_NANOS) {
            lastSearchNanos = now;
            usedUntil.values().removeIf(until -> until <= now);
        }
        return usedUntil.size() < MAX_ADDRESSES ? address : OTHER_ADDRESSES;
    }

    /** How many entries it has. */
    synchronized int addresses() {
        return usedUntil.size();
    }
}
