package dev.mesosshuffle.fetch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the chunks that are on their way, from being asked for to being sent, and the reads of each application's
 * files, from before they are opened to the last byte sent. Both numbers are at hand at once, however many streams
 * there are. For any thread.
 */
public final class ReadTracker {
    private final AtomicLong chunks = new AtomicLong();
    private final ConcurrentMap<String, Integer> readsByApplication = new ConcurrentHashMap<>();

    /** A chunk was asked for. */
    public void chunkRequested() {
        chunks.incrementAndGet();
    }

    /**
     * Chunks were sent, or never will be.
     *
     * @param count how many
     */
    public void chunksFinished(int count) {
        chunks.addAndGet(-count);
    }

    /** How many chunks are on their way, over all connections. */
    public long chunksInFlight() {
        return chunks.get();
    }

    /**
     * A read of one of the application's files begins. Whoever looks after this whether the application still
     * exists, and finds it, can rely on the files staying until {@link #readFinished}.
     */
    public void readStarted(String appId) {
        readsByApplication.merge(appId, 1, Integer::sum);
    }

    /** The read is over, well or not. */
    public void readFinished(String appId) {
        readsByApplication.computeIfPresent(appId, (id, reads) -> reads == 1 ? null : reads - 1);
    }

    /** Whether one of the application's files is being read. */
    public boolean isRead(String appId) {
        return readsByApplication.containsKey(appId);
    }
}
