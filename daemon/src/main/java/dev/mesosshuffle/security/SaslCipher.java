package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.ClientExecutor;
import dev.mesosshuffle.concurrent.GroupedClient;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CoalescingBufferQueue;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts and decrypts a connection by SASL, whose ciphers are too slow for an event loop: one block would hold up its other
 * connections for milliseconds. A pool wraps and unwraps, one turn of a connection at a time, in order; the event loop only
 * writes and passes on. Directions take turns if both have work.
 *
 * <p>Memory is bounded: what is written keeps its promise pending until it was sent, and is wrapped no further ahead of its
 * peer than {@link #MAX_UNSENT_BYTES}; while received blocks wait, the connection is not read.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop, except what runs on the pool, which touches {@link
 * SaslBlocks} and its own turn's bytes alone. The blocks are closed when no turn is on the pool.
 */
final class SaslCipher extends ChannelDuplexHandler implements RecordCipher {
    /** Two blocks: while one is sent, the next one is wrapped. */
    static final int MAX_UNSENT_BYTES = 2 * SaslBlocks.TURN_BYTES;

    /**
     * While complete blocks of so many bytes wait, nothing is read. With one read, one turn and an incomplete block it is
     * less than what a frame decoder that has been stopped accepts.
     */
    static final int MAX_WAITING_BYTES = SaslBlocks.TURN_BYTES / 2;

    private final SaslBlocks blocks;
    private final ClientExecutor executor;
    private final GroupedClient client;
    private final InboundPause pause;
    private final SaslInput input;
    private @Nullable CoalescingBufferQueue output;

    private long unsentBytes;
    private boolean turnRuns;
    /** Of what is being wrapped; null if nothing is. */
    private @Nullable ChannelPromise turnPromise;

    private boolean sentLast;
    private boolean paused;
    private boolean closed;

    /**
     * Creates a cipher.
     *
     * @param blocks owned
     * @param executor wraps and unwraps
     * @param client whose turns it takes there
     */
    SaslCipher(SaslBlocks blocks, ClientExecutor executor, GroupedClient client, InboundPause pause) {
        this.blocks = blocks;
        this.executor = executor;
        this.client = client;
        this.pause = pause;
        this.input = new SaslInput(blocks.maxReceivedBytes());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf received = (ByteBuf) message;
        if (closed) {
            received.release();
            return;
        }
        try {
            input.add(context.alloc(), received);
        } catch (ProtectionException e) {
            fail(context, e);
            return;
        }
        proceed(context);
    }

    @Override
    public boolean isRecordIncomplete() {
        return input.isBlockIncomplete();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf plain = WritableBytes.of(context.alloc(), message);
        if (closed) {
            plain.release();
            promise.setFailure(new ClosedChannelException());
            return;
        }
        queue(context).add(plain, promise);
    }

    private CoalescingBufferQueue queue(ChannelHandlerContext context) {
        CoalescingBufferQueue queue = output;
        if (queue == null) {
            queue = new CoalescingBufferQueue(context.channel());
            output = queue;
        }
        return queue;
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        proceed(context);
        context.flush();
    }

    /** Begins the next turn, if none is on the pool. */
    private void proceed(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        if (!turnRuns) {
            boolean canSend = output != null && !output.isEmpty() && unsentBytes < MAX_UNSENT_BYTES;
            if (input.completeBytes() > 0 && (sentLast || !canSend)) {
                unwrap(context);
            } else if (canSend) {
                wrap(context);
            }
        }
        pauseOrResume();
    }

    private void pauseOrResume() {
        boolean tooMuch = input.completeBytes() >= MAX_WAITING_BYTES;
        if (tooMuch != paused && !closed) {
            paused = tooMuch;
            if (tooMuch) {
                pause.pause();
            } else {
                pause.resume();
            }
        }
    }

    private void unwrap(ChannelHandlerContext context) {
        TurnBytes taken = new TurnBytes();
        SaslTurn.End end = (plain, failure) -> {
            if (plain != null) {
                context.fireChannelRead(plain);
                context.fireChannelReadComplete();
            } else if (failure != null) {
                fail(context, failure);
            }
        };
        SaslTurn turn = turn(context, () -> blocks.unwrap(context.alloc(), taken.get()), end);
        taken.bytes = input.takeTurn();
        if (taken.bytes != null) {
            sentLast = false;
            run(turn, taken, end);
        }
    }

    private void wrap(ChannelHandlerContext context) {
        ChannelPromise promise = context.newPromise();
        TurnBytes taken = new TurnBytes();
        SaslTurn.End end = (wrapped, failure) -> {
            if (wrapped != null) {
                send(context, wrapped, promise);
            } else {
                turnPromise = null;
                if (failure != null) {
                    fail(context, failure);
                }
                promise.tryFailure(failure == null ? new ClosedChannelException() : failure);
            }
        };
        SaslTurn turn = turn(context, () -> blocks.wrap(context.alloc(), taken.get()), end);
        sentLast = true;
        turnPromise = promise;
        CoalescingBufferQueue queue = queue(context);
        taken.bytes = queue.remove(Math.min(queue.readableBytes(), blocks.maxWrapBytes()), promise);
        run(turn, taken, end);
    }

    /** What a turn works on, and releases. Taken when the turn exists, so that no lack of memory for one loses it. */
    private static final class TurnBytes {
        private @Nullable ByteBuf bytes;

        ByteBuf get() {
            return Objects.requireNonNull(bytes);
        }
    }

    /**
     * Creates a turn, which runs on the pool, and whose end runs on the event loop, with either a result or a failure, or
     * neither if the connection was closed meanwhile.
     */
    private SaslTurn turn(ChannelHandlerContext context, SaslTurn.Work work, SaslTurn.End end) {
        return new SaslTurn(context, work, (result, failure) -> endTurn(context, result, failure, end), blocks);
    }

    private void run(SaslTurn turn, TurnBytes taken, SaslTurn.End end) {
        turnRuns = true;
        try {
            executor.execute(client, turn);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // It may have been queued before memory ran out, and even run.
            if (turn.cancel()) {
                turnRuns = false;
                taken.get().release();
                end.accept(null, e instanceof OutOfMemoryError ? e : tooManyTurns());
            }
        }
    }

    private static ProtectionException tooManyTurns() {
        return new ProtectionException(
                "too many connections wait for SASL encryption; AES is faster" + " (spark.network.crypto.enabled)");
    }

    private void endTurn(
            ChannelHandlerContext context, @Nullable ByteBuf result, @Nullable Throwable failure, SaslTurn.End end) {
        turnRuns = false;
        try {
            if (closed) {
                blocks.close();
                if (result != null) {
                    result.release();
                }
                end.accept(null, null);
            } else {
                end.accept(result, failure);
                proceed(context);
            }
        } catch (RuntimeException | Error e) {
            // Netty would only log it.
            fail(context, e);
        }
    }

    private void send(ChannelHandlerContext context, ByteBuf wrapped, ChannelPromise promise) {
        int bytes = wrapped.readableBytes();
        boolean handedOn = false;
        try {
            promise.addListener(sent -> onSent(context, bytes));
            handedOn = true;
        } finally {
            if (!handedOn) {
                // The promise is failed as that of this turn.
                wrapped.release();
            }
        }
        unsentBytes += bytes;
        turnPromise = null;
        var unused = context.writeAndFlush(wrapped, promise);
    }

    private void onSent(ChannelHandlerContext context, int bytes) {
        unsentBytes -= bytes;
        try {
            proceed(context);
        } catch (RuntimeException | Error e) {
            fail(context, e);
        }
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        close(context);
        context.fireExceptionCaught(cause);
        var unused = context.close();
    }

    private void close(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        input.close();
        if (output != null) {
            output.releaseAndFailAll(context, new ClosedChannelException());
        }
        ChannelPromise promise = turnPromise;
        if (promise != null) {
            promise.tryFailure(new ClosedChannelException());
        }
        if (!turnRuns) {
            blocks.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        try {
            close(context);
        } finally {
            context.fireChannelInactive();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        close(context);
    }
}
