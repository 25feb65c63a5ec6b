package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.security.InboundPause;
import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.Set;

/**
 * Stops and resumes reading from a connection, or accepting connections. Several reasons to stop may hold at once; it is read
 * again when none does.
 *
 * <p><b>Concurrency:</b> confined to the channel's event loop.
 */
final class ReadGate implements InboundPause {
    private final Channel channel;
    private final Ticker ticker;
    private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    private Runnable onOpened = () -> {};
    private long closedSinceNanos;
    private long closedNanos;
    private boolean paused;

    /** Why nothing is read. */
    enum Reason {
        /** Too many requests have no reply yet. */
        PENDING_REQUESTS,
        /** A very large frame waits, since its address sent many of them. */
        RATE,
        /** A large frame waits until there is memory for it. */
        ADMISSION,
        /** A large frame is being decoded off the event loop; later frames must not overtake it. */
        LARGE_FRAME,
        /** The event loop's other connections are next. */
        TURN,
        /** The server stops. */
        DRAINING,
        /** No connection could be accepted. */
        ACCEPT_FAILURE,
        /** Event loops have yet to begin with connections that were accepted. */
        BUSY_LOOPS
    }

    ReadGate(Channel channel, Ticker ticker) {
        this.channel = channel;
        this.ticker = ticker;
    }

    /** Sets what runs, on the event loop, each time reading was resumed: what has been read already is to be decoded. */
    void onOpened(Runnable task) {
        onOpened = new LoopHandover(channel, task, () -> {});
    }

    /** Whether what has been read may be decoded. */
    boolean isOpen() {
        return reasons.isEmpty();
    }

    void close(Reason reason) {
        stop();
        reasons.add(reason);
    }

    void open(Reason reason) {
        if (reasons.remove(reason) && reasons.isEmpty()) {
            startUnlessStopped();
            // Later, because this may be called from within the decoder.
            onOpened.run();
        }
    }

    /** Too much waits to be decrypted. What was decrypted already goes on to be decoded. */
    @Override
    public void pause() {
        stop();
        paused = true;
    }

    @Override
    public void resume() {
        if (paused) {
            paused = false;
            startUnlessStopped();
        }
    }

    private void stop() {
        if (!isStopped()) {
            closedSinceNanos = ticker.read();
            channel.config().setAutoRead(false);
        }
    }

    private void startUnlessStopped() {
        if (!isStopped()) {
            closedNanos += ticker.read() - closedSinceNanos;
            channel.config().setAutoRead(true);
        }
    }

    private boolean isStopped() {
        return paused || !reasons.isEmpty();
    }

    /** For how long in all nothing was read. */
    long closedNanos() {
        return isStopped() ? closedNanos + ticker.read() - closedSinceNanos : closedNanos;
    }
}
