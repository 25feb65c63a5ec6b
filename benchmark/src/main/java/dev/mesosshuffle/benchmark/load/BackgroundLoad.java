package dev.mesosshuffle.benchmark.load;

import dev.mesosshuffle.benchmark.security.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fetches on a thread of its own, so that something else can be measured meanwhile. */
public final class BackgroundLoad implements AutoCloseable {
    private static final Duration LOOK_WHETHER_CLOSED = Duration.ofMillis(100);

    private final LoadGenerator load;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable IOException failure;

    private BackgroundLoad(LoadGenerator load) {
        this.load = load;
        this.thread = new Thread(this::run, "background-load");
        thread.setDaemon(true);
    }

    /** Fetches again and again over so many connections. */
    public static BackgroundLoad start(InetSocketAddress address, List<Fetch> fetches, int connections)
            throws IOException {
        BackgroundLoad started = new BackgroundLoad(LoadGenerator.start(
                Endpoint.plain(address), FetchQueue.endless(fetches), FetchKind.SHUFFLE_BLOCKS, connections, false));
        started.thread.start();
        return started;
    }

    private void run() {
        try (load) {
            while (!closed) {
                load.runFor(LOOK_WHETHER_CLOSED);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /** Fails if it did. */
    public void check() throws IOException {
        IOException cause = failure;
        if (cause != null) {
            throw new IOException("the load failed: " + cause.getMessage(), cause);
        }
    }

    /** Closes its connections in the middle of what they fetch. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
