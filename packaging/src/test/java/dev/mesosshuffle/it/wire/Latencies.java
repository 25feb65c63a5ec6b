package dev.mesosshuffle.it.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long one kind of request took. Thread-safe. */
public final class Latencies {
    private final List<Long> nanos = new ArrayList<>();

    public synchronized void add(long taken) {
        nanos.add(taken);
    }

    public synchronized int count() {
        return nanos.size();
    }

    /** The 99th percentile in ms; 0 if there were none. */
    public synchronized double p99Millis() {
        if (nanos.isEmpty()) {
            return 0;
        }
        List<Long> sorted = nanos.stream().sorted().toList();
        return (double) sorted.get((int) (sorted.size() * 0.99)) / TimeUnit.MILLISECONDS.toNanos(1);
    }

    /** Returns what was added since the last call, and forgets it. */
    public synchronized Latencies drain() {
        Latencies drained = new Latencies();
        drained.nanos.addAll(nanos);
        nanos.clear();
        return drained;
    }

    @Override
    public String toString() {
        return String.format("p99 %.1f ms of %d", p99Millis(), count());
    }
}
