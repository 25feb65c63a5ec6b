package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.security.InboundPause;
import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.Set;

/**
 * Stops and resumes reading from a connection. Several reasons to stop may hold at once; it is read again when none does.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class ReadGate implements InboundPause {
    private final Channel channel;
    private final Ticker ticker;
    private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    private Runnable onOpened = () -> {};
    private long closedSinceNanos;
    private long closedNanos;

    /** Why nothing is read. */
    enum Reason {
        /** Too many requests have no reply yet. */
        PENDING_REQUESTS,
        /** A large frame waits until there is memory for it. */
        ADMISSION,
        /** A large frame is being decoded off the event loop; later frames must not overtake it. */
        LARGE_FRAME,
        /** Too much waits to be decrypted. */
        PROTECTION,
        /** The event loop's other connections are next. */
        TURN,
        /** The server stops. */
        DRAINING
    }

    ReadGate(Channel channel, Ticker ticker) {
        this.channel = channel;
        this.ticker = ticker;
    }

    /** Sets what runs, on the event loop, each time reading was resumed: what has been read already is to be decoded. */
    void onOpened(Runnable task) {
        onOpened = task;
    }

    /** Whether what has been read may be decoded. */
    boolean isOpen() {
        return reasons.isEmpty();
    }

    void close(Reason reason) {
        if (reasons.isEmpty()) {
            closedSinceNanos = ticker.read();
            channel.config().setAutoRead(false);
        }
        reasons.add(reason);
    }

    void open(Reason reason) {
        if (reasons.remove(reason) && reasons.isEmpty()) {
            closedNanos += ticker.read() - closedSinceNanos;
            channel.config().setAutoRead(true);
            // Later, because this may be called from within the decoder.
            channel.eventLoop().execute(onOpened);
        }
    }

    @Override
    public void pause() {
        close(Reason.PROTECTION);
    }

    @Override
    public void resume() {
        open(Reason.PROTECTION);
    }

    /** For how long in all nothing was read. */
    long closedNanos() {
        return reasons.isEmpty() ? closedNanos : closedNanos + ticker.read() - closedSinceNanos;
    }
}
