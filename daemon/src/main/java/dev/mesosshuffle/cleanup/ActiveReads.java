package dev.mesosshuffle.cleanup;

/**
 * Tells whether an application's files are still being read. Asked from cleanup threads, again and again while it says
 * yes, so it must neither block nor be slow.
 */
public interface ActiveReads {
    /**
     * Tells whether any file of an application may still be read for a request that has come already.
     *
     * @param appId the application
     * @return whether its files must stay readable
     */
    boolean any(String appId);
}
