package dev.mesosshuffle.benchmark.load;

import dev.mesosshuffle.benchmark.security.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of connections busy with fetches, all on the caller's thread, so that it takes one core at the most.
 * What comes is read into one buffer and dropped there.
 */
public final class LoadGenerator implements FetchConnection.Owner, AutoCloseable {
    private static final int READ_BYTES = 512 * 1024;
    private static final long MAX_WAIT_MILLIS = 100;

    private final Endpoint endpoint;
    private final FetchQueue queue;
    private final ChunkRequests requests;
    private final boolean reconnecting;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final Consumer<SelectionKey> onReady = this::onReady;
    private LoadStats stats = new LoadStats();
    private int inFlight;

    private LoadGenerator(Endpoint endpoint, FetchQueue queue, FetchKind kind, boolean reconnecting)
            throws IOException {
        this.endpoint = endpoint;
        this.queue = queue;
        this.requests = ChunkRequests.of(kind);
        this.reconnecting = reconnecting;
        this.selector = Selector.open();
    }

    /**
     * Opens connections, which begin to fetch as soon as this is run.
     *
     * @param reconnecting whether each fetch has a connection of its own
     */
    public static LoadGenerator start(
            Endpoint endpoint, FetchQueue queue, FetchKind kind, int connections, boolean reconnecting)
            throws IOException {
        LoadGenerator generator = new LoadGenerator(endpoint, queue, kind, reconnecting);
        for (int i = 0; i < connections; i++) {
            generator.connect();
        }
        return generator;
    }

    private void connect() throws IOException {
        inFlight++;
        FetchConnection.open(selector, endpoint, this, requests);
    }

    /** Fetches for that long. */
    public void runFor(Duration time) throws IOException {
        run(time, () -> false);
    }

    /** Fetches until the queue is empty; fails if that takes too long. */
    public void runToEnd(Duration atMost) throws IOException {
        if (!run(atMost, () -> inFlight == 0)) {
            throw new IOException(
                    inFlight + " fetches are unfinished after " + atMost.toSeconds() + " s (expected: 0)");
        }
    }

    /** Fetches until that many fetches are complete since the statistics were taken; fails if that takes too long. */
    public void runUntilFetches(int count, Duration atMost) throws IOException {
        if (!run(atMost, () -> stats.fetchNanos().count() >= count)) {
            throw new IOException(stats.fetchNanos().count() + " fetches after " + atMost.toSeconds() + " s (expected: "
                    + count + ")");
        }
    }

    private boolean run(Duration time, BooleanSupplier done) throws IOException {
        long deadline = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
                if (done.getAsBoolean()) {
                    return true;
                }
                long millis = Math.min(MAX_WAIT_MILLIS, TimeUnit.NANOSECONDS.toMillis(left) + 1);
                selector.select(onReady, millis);
            }
            return done.getAsBoolean();
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void onReady(SelectionKey key) {
        try {
            ((FetchConnection) key.attachment()).onReady(buffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was received since the last call, or since the start. */
    public LoadStats takeStats() {
        LoadStats taken = stats;
        stats = new LoadStats();
        return taken;
    }

    @Override
    public @Nullable Fetch nextFetch() {
        Fetch next = queue.next();
        if (next == null) {
            inFlight--;
        }
        return next;
    }

    @Override
    public void onBlock(long bytes) {
        stats.onBlock(bytes);
    }

    @Override
    public boolean onFetch(long nanos) throws IOException {
        stats.onFetch(nanos);
        if (reconnecting) {
            inFlight--;
            if (queue.hasNext()) {
                connect();
            }
        }
        return !reconnecting;
    }

    @Override
    public void close() throws IOException {
        List<SelectionKey> keys = new ArrayList<>(selector.keys());
        for (SelectionKey key : keys) {
            key.channel().close();
        }
        selector.close();
    }
}
