package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a connection that SASL encrypts: its work runs on the pool, and its end on the event loop. The end comes in any
 * case: nothing is allocated to hand it over, and if memory runs out even so, the connection is closed, and the turn ends with
 * it.
 *
 * <p><b>Concurrency:</b> runs on the pool first, then on the connection's event loop.
 */
final class SaslTurn implements Runnable, ChannelFutureListener {
    private final ChannelHandlerContext context;
    private final Work work;
    private final End end;
    private final SaslBlocks blocks;
    private final AtomicBoolean begun = new AtomicBoolean();
    private boolean worked;
    private boolean ended;
    private @Nullable ByteBuf result;
    private @Nullable Throwable failure;

    /** The result of a turn, on the event loop. */
    interface End {
        void accept(@Nullable ByteBuf result, @Nullable Throwable failure);
    }

    /** A turn's work, on the pool. */
    interface Work {
        ByteBuf run() throws IOException;
    }

    /**
     * Creates a turn.
     *
     * @param blocks are closed if the event loop has ended
     */
    SaslTurn(ChannelHandlerContext context, Work work, End end, SaslBlocks blocks) {
        this.context = context;
        this.work = work;
        this.end = end;
        this.blocks = blocks;
    }

    /** Prevents the turn, which does not end then; returns false if it has begun. */
    boolean cancel() {
        return begun.compareAndSet(false, true);
    }

    @Override
    public void run() {
        if (worked) {
            end();
        } else if (begun.compareAndSet(false, true)) {
            work();
        }
    }

    private void work() {
        try {
            result = work.run();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        worked = true;
        try {
            boolean handedOver = isHandedOver();
            // Memory is often missing for a moment only.
            if (!handedOver && !isHandedOver()) {
                release();
                context.channel().closeFuture().addListener(this);
                var unused = context.close();
            }
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and with it the connection.
            release();
            blocks.close();
        }
    }

    private boolean isHandedOver() {
        try {
            context.channel().eventLoop().execute(this);
            return true;
        } catch (OutOfMemoryError e) {
            failure = failure == null ? e : failure;
            return false;
        }
    }

    private void release() {
        if (result != null) {
            result.release();
            result = null;
        }
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
        end();
    }

    private void end() {
        if (!ended) {
            ended = true;
            // With a result, what failed before was repeated.
            end.accept(result, result == null ? failure : null);
        }
    }
}
