package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;

/**
 * What a connection has been used for, by which connections are told apart when there are too many.
 *
 * <p><b>Concurrency:</b> written by the connection's event loop and by whoever answers its requests; read by any thread.
 */
final class ConnectionActivity {
    private final Ticker ticker;
    private final long openedNanos;
    private volatile long lastReadNanos;
    private volatile boolean useful;
    private volatile boolean driver;
    private volatile boolean sentFrame;
    private volatile boolean busy;
    private volatile boolean unproven;

    ConnectionActivity(Ticker ticker) {
        this.ticker = ticker;
        this.openedNanos = ticker.read();
        this.lastReadNanos = openedNanos;
    }

    /** Something arrived. */
    void read() {
        lastReadNanos = ticker.read();
    }

    /** A whole frame arrived. */
    void frameRead() {
        if (!sentFrame) {
            sentFrame = true;
        }
    }

    /** Nothing is served on it before its client has proved who it is. */
    void awaitProof() {
        unproven = true;
    }

    /** Its client has proved who it is, or need not. */
    void proved() {
        unproven = false;
        frameRead();
    }

    /** A request succeeded that only clients of an application make. */
    void succeeded() {
        if (!useful) {
            useful = true;
        }
    }

    /** It is a driver's. */
    void becomeDriver() {
        driver = true;
        useful = true;
    }

    /** Requests of it have no reply yet, or no more of them. */
    void setBusy(boolean isBusy) {
        if (busy != isBusy) {
            busy = isBusy;
        }
    }

    boolean isUnproven() {
        return unproven;
    }

    boolean isUseful() {
        return useful;
    }

    boolean isDriver() {
        return driver;
    }

    boolean hasSentFrame() {
        return sentFrame;
    }

    boolean isBusy() {
        return busy;
    }

    long ageNanos() {
        return ticker.read() - openedNanos;
    }

    long idleNanos() {
        return ticker.read() - lastReadNanos;
    }
}
