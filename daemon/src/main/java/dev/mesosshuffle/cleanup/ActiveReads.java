package dev.mesosshuffle.cleanup;

/**
 * Knows which applications' files are being read. Cleanup threads poll it while it returns true, so it must neither block
 * nor be slow.
 */
public interface ActiveReads {
    /**
     * Returns whether any file of an application may still be read for a request that was received.
     *
     * @return whether its files must stay readable
     */
    boolean any(String appId);

    /**
     * Ends the reads of an application's files that clients do not complete: those that began before a time. Does not wait
     * until they have ended.
     *
     * @param nanos the time, of the clock of the daemon's {@code Ticker}
     */
    default void endOlderThan(String appId, long nanos) {}
}
