package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts the chunks in flight, from their request until they were sent, and the reads of each application's files, from
 * before they are opened until their last byte was sent. Each answer takes constant time, however many streams are open.
 * For any thread.
 */
public final class ReadTracker {
    private final AtomicLong chunksInFlight = new AtomicLong();
    private final ConcurrentMap<String, Count> readsByApplication = new ConcurrentHashMap<>();
    private final Set<BlockSend> sends = ConcurrentHashMap.newKeySet();
    private final Ticker ticker;

    /** Reads of one application. Changed by atomic steps of the map, in place: to count one less needs no memory. */
    private static final class Count {
        private volatile int reads;

        private @Nullable Count plus(int added) {
            int now = reads + added;
            reads = now;
            return now == 0 ? null : this;
        }
    }

    /** A block on its way from its file to a client. Told apart by identity. */
    static final class BlockSend {
        private final String appId;
        private final Connection receiver;
        private final long startedAt;

        private BlockSend(String appId, Connection receiver, long startedAt) {
            this.appId = appId;
            this.receiver = receiver;
            this.startedAt = startedAt;
        }
    }

    /**
     * Creates a tracker that has counted nothing.
     *
     * @param ticker the time
     */
    public ReadTracker(Ticker ticker) {
        this.ticker = ticker;
    }

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
        readsByApplication.compute(appId, (id, count) -> (count == null ? new Count() : count).plus(1));
    }

    /** Ends a read, successful or not. */
    public void readFinished(String appId) {
        readsByApplication.computeIfPresent(appId, (id, count) -> count.plus(-1));
    }

    /** As {@link #readStarted}, for a block that is sent from its file: the client decides how long that takes. */
    BlockSend sendStarted(String appId, Connection receiver) {
        BlockSend send = new BlockSend(appId, receiver, ticker.read());
        readStarted(appId);
        try {
            sends.add(send);
        } catch (RuntimeException | Error e) {
            readFinished(appId);
            throw e;
        }
        return send;
    }

    /** Ends the read of {@link #sendStarted}. */
    void sendFinished(BlockSend send) {
        sends.remove(send);
        readFinished(send.appId);
    }

    /** Returns the connections to which blocks of an application have been on their way since before a time. */
    Set<Connection> receivers(String appId, long nanos) {
        return sends.stream()
                .filter(send -> send.appId.equals(appId) && send.startedAt - nanos < 0)
                .map(send -> send.receiver)
                .collect(Collectors.toSet());
    }

    /** Returns how many of the application's blocks are being read or sent. */
    public int readCount(String appId) {
        Count count = readsByApplication.get(appId);
        return count == null ? 0 : count.reads;
    }

    /** Whether any of the application's files is being read. */
    public boolean isRead(String appId) {
        return readsByApplication.containsKey(appId);
    }
}
