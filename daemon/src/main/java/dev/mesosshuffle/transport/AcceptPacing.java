package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Accepts connections no faster than their event loops begin with them; the others wait in the kernel's backlog. To accept one
 * takes a fraction of what its loop does to begin, and a loop's tasks run in their order: replies that other threads hand over
 * would wait behind all connections that were accepted before.
 *
 * <p>A loop that is busy for long delays new connections of all loops; those that are open do not notice. While one hangs,
 * none is accepted, until the health checks end the process.
 *
 * <p><b>Concurrency:</b> confined to the event loop that accepts connections, but for the count.
 */
final class AcceptPacing extends ChannelInboundHandlerAdapter {
    /** So many connections that no loop has begun with are enough; up to 15 more come with the same turn of accepting. */
    static final int MAX_UNBEGUN = 32;

    /** While there are so many, they are looked at this often. */
    static final long CHECK_INTERVAL_MILLIS = 1;

    private final ReadGate gate;
    private final AtomicInteger unbegun = new AtomicInteger();

    /** Runs on the loop of each connection, after it has begun with that. */
    private final Runnable onBegun = unbegun::decrementAndGet;

    /**
     * Creates one.
     *
     * @param gate that of the listening channel
     */
    AcceptPacing(ReadGate gate) {
        this.gate = gate;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        // Registers it with its loop, by a task.
        context.fireChannelRead(accepted);
        if (accepted instanceof Channel connection) {
            unbegun.incrementAndGet();
            try {
                connection.eventLoop().execute(onBegun);
            } catch (RejectedExecutionException | IllegalStateException | OutOfMemoryError e) {
                // Its loop has ended, or has no memory for the task, or it was not registered. It is not waited for.
                unbegun.decrementAndGet();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        pauseOrResume(context);
    }

    private void pauseOrResume(ChannelHandlerContext context) {
        if (unbegun.get() >= MAX_UNBEGUN && isCheckScheduled(context)) {
            gate.close(ReadGate.Reason.BUSY_LOOPS);
        } else {
            gate.open(ReadGate.Reason.BUSY_LOOPS);
        }
    }

    /** Schedules the next check; without one, nothing would be accepted any more. */
    private boolean isCheckScheduled(ChannelHandlerContext context) {
        try {
            var unused = context.executor()
                    .schedule(() -> pauseOrResume(context), CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
            return false;
        }
    }
}
