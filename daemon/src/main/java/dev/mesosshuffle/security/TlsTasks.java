package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.ClientExecutor;
import java.util.concurrent.Executor;

/**
 * Runs what the handshake of one connection's TLS has to compute.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class TlsTasks implements Executor {
    private final ClientExecutor threads;
    private final Object client;
    private volatile boolean handshakeDone;

    /**
     * Creates an executor.
     *
     * @param threads run the tasks
     * @param client the client's address, with whose other connections it takes turns
     */
    TlsTasks(ClientExecutor threads, Object client) {
        this.threads = threads;
        this.client = client;
    }

    /**
     * Runs a task.
     *
     * @throws RenegotiationException after the handshake, when nothing but another one has tasks
     * @throws java.util.concurrent.RejectedExecutionException if too many wait
     */
    @Override
    public void execute(Runnable task) {
        if (handshakeDone) {
            throw new RenegotiationException();
        }
        threads.execute(client, task);
    }

    /** The connection is encrypted from here on. */
    void handshakeDone() {
        handshakeDone = true;
    }
}
