package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenFile;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One read of a part of a block, whose end reaches the event loop: also if memory runs out on the disk's thread, for which
 * nothing is allocated there. A read that the disk's queue rejects is repeated for {@value #MAX_TRIES} times {@value
 * #RETRY_MILLIS} ms, because the beginning of the block's frame was sent: the client would have to fetch all of it again.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop, except {@link #onReadEnd}.
 */
final class WindowRead implements OpenFile.ReadListener, Runnable {
    static final int MAX_TRIES = 300;
    static final long RETRY_MILLIS = 100;

    private final Channel channel;
    private final Read read;
    private final End end;
    private final LoopHandover handover;
    private volatile @Nullable Throwable failure;
    private int tries;
    private boolean waits;
    private boolean ended;

    /** Has the disk read the part. */
    interface Read {
        /** As {@link OpenFile#readAsync}: if it throws, nothing is read. */
        void begin(OpenFile.ReadListener listener);
    }

    /** Receives the end of the read, once. */
    interface End {
        /**
         * On the event loop.
         *
         * @param failure null if everything was read
         */
        void onEnd(@Nullable Throwable failure);

        /** The event loop has ended, and with it the connection. On any thread. */
        void onLoopEnded();
    }

    WindowRead(Channel channel, Read read, End end) {
        this.channel = channel;
        this.read = read;
        this.end = end;
        this.handover = new LoopHandover(channel, this, end::onLoopEnded);
    }

    /** Begins; if it throws, nothing is read, and nobody learns of an end. */
    void begin() {
        tries++;
        read.begin(this);
    }

    @Override
    public void onReadEnd(@Nullable Throwable cause) {
        failure = cause;
        // A later task even if this is the loop: the state must be that after the call.
        handover.run();
    }

    @Override
    public void run() {
        if (ended) {
            return;
        }
        try {
            if (waits && channel.isOpen()) {
                waits = false;
                begin();
                return;
            }
            if (!waits && isWorthRetrying()) {
                waits = true;
                var unused = channel.eventLoop().schedule(this, RETRY_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        ended = true;
        end.onEnd(failure);
    }

    private boolean isWorthRetrying() {
        return failure instanceof RejectedExecutionException && tries < MAX_TRIES && channel.isOpen();
    }
}
