package dev.mesosshuffle.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.RejectedExecutionException;

/**
 * Hands one task over to the event loop of a connection, which waits for it. Made before it is needed: to hand over allocates
 * nothing but, now and then, a part of the loop's queue. If there is no memory even for that, the connection is closed, and the
 * task runs then.
 *
 * <p><b>Concurrency:</b> for any thread. The task may run more than once for one call, if memory runs out on the way.
 */
final class LoopHandover implements Runnable, ChannelFutureListener {
    private final Channel channel;
    private final Runnable task;
    private final Runnable onLoopEnded;

    /**
     * Creates one.
     *
     * @param task runs on the event loop
     * @param onLoopEnded runs instead, on the calling thread, if the loop has ended, and with it the connection
     */
    LoopHandover(Channel channel, Runnable task, Runnable onLoopEnded) {
        this.channel = channel;
        this.task = task;
        this.onLoopEnded = onLoopEnded;
    }

    /** Hands the task over. */
    @Override
    public void run() {
        try {
            boolean handedOver = isHandedOver();
            // Memory is often missing for a moment only.
            if (!handedOver && !isHandedOver()) {
                // The loop learns of it when the connection has ended, at the latest by its write timeout.
                channel.closeFuture().addListener(this);
                var unused = channel.close();
            }
        } catch (RejectedExecutionException e) {
            onLoopEnded.run();
        }
    }

    private boolean isHandedOver() {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
        task.run();
    }
}
