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
}
