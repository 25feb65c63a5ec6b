package dev.mesosshuffle.fetch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the chunks in flight, from their request until they were sent, and the reads of each application's files, from
 * before they are opened until their last byte was sent. Each answer takes constant time, however many streams are open.
 * For any thread.
 */
public final class ReadTracker {
    private final AtomicLong chunksInFlight = new AtomicLong();
    private final ConcurrentMap<String, Integer> readsByApplication = new ConcurrentHashMap<>();

    /** Counts a chunk that was requested. */
    void chunkRequested() {
        chunksInFlight.incrementAndGet();
    }

    /**
     * Counts chunks that were sent, or never will be.
     *
     * @param count the number of chunks
     */
    void chunksFinished(int count) {
        chunksInFlight.addAndGet(-count);
    }

    /** The number of chunks in flight on all connections. */
    long chunksInFlight() {
        return chunksInFlight.get();
    }

    /**
     * Begins a read of an application's files. Whoever finds the application registered after this call can rely on its
     * files until {@link #readFinished}.
     */
    public void readStarted(String appId) {
        readsByApplication.merge(appId, 1, Integer::sum);
    }

    /** Ends a read, successful or not. */
    public void readFinished(String appId) {
        readsByApplication.computeIfPresent(appId, (id, reads) -> reads == 1 ? null : reads - 1);
    }

    /** Whether any of the application's files is being read. */
    public boolean isRead(String appId) {
        return readsByApplication.containsKey(appId);
    }
}
