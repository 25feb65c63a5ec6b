package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RequestDecoder;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decodes large messages on threads of its own, because they take longer than a turn of an event loop. A
 * connection has one at a time, so the queue is fair between connections, and no longer than there are connections.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class LargeMessages implements Executor, AutoCloseable {
    /** Two, so that the longest message does not hold up all others. */
    private static final int THREADS = 2;

    /** All but one part in so many is for large messages; the rest is left to small ones, which must not fail beside them. */
    private static final int LARGE_DIVISOR = 4;

    private final ByteBudget decoded;
    private final ThreadPoolExecutor threads;

    /**
     * Creates the threads, which start when they are needed.
     *
     * @param decoded for what messages become
     */
    LargeMessages(ByteBudget decoded) {
        this.decoded = decoded.share(decoded.maxBytes() / LARGE_DIVISOR * (LARGE_DIVISOR - 1));
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                60,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                DaemonThreads.named("large-messages"));
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /**
     * Decodes a frame, if there is memory for what it becomes, and closes it in any case.
     *
     * @throws OutOfMemoryError if there is none even to say so; then nothing is reserved
     */
    Decoded decode(LargeFrame frame) {
        try (frame) {
            int bytes = frame.bytes().readableBytes();
            // The names of blocks may become half as long again.
            // What would be more than all is decoded alone.
            long cost = Math.min(bytes + bytes / 2, decoded.maxBytes());
            if (!decoded.tryReserve(cost)) {
                return refused(frame.bytes());
            }
            boolean done = false;
            try {
                Request request = RequestDecoder.decode(frame.bytes());
                Decoded result = new Decoded(request, null, () -> decoded.release(cost));
                done = true;
                return result;
            } catch (MalformedMessageException | RuntimeException e) {
                return Decoded.failed(e);
            } catch (OutOfMemoryError e) {
                HeapShortage.survived(e);
                return refused(frame.bytes().readerIndex(0));
            } finally {
                if (!done) {
                    decoded.release(cost);
                }
            }
        }
    }

    private static Decoded refused(ByteBuf frame) {
        int bytes = frame.readableBytes();
        try {
            return new Decoded(RequestDecoder.refused(frame, ProtocolErrors.noMemory(bytes)), null, () -> {});
        } catch (MalformedMessageException e) {
            return Decoded.failed(e);
        }
    }

    /** Ends the threads; what they do is finished. */
    @Override
    public void close() {
        threads.shutdown();
    }

    /**
     * What became of a frame: a request or a failure.
     *
     * @param release gives back the memory that was reserved for the request
     */
    record Decoded(@Nullable Request request, @Nullable Throwable failure, Runnable release) {
        private static Decoded failed(Throwable failure) {
            return new Decoded(null, failure, () -> {});
        }
    }
}
