package dev.mesosshuffle.admin;

import dev.mesosshuffle.liveness.ApplicationAdmin;
import dev.mesosshuffle.liveness.OperationRefusedException;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What operators do with an application, by whichever way they ask. Each operation waits for the store, for a bounded time, and
 * returns a printable line for whoever asked. For any thread but event loops.
 */
public final class ApplicationOperations {
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(20);

    private final ApplicationAdmin applicationAdmin;

    /**
     * Creates the operations.
     *
     * @param applicationAdmin carries them out
     */
    public ApplicationOperations(ApplicationAdmin applicationAdmin) {
        this.applicationAdmin = applicationAdmin;
    }

    /**
     * Exempts an application from expiry until it is released.
     *
     * @throws OperationRefusedException if it is unknown, or being removed
     * @throws ControlException if that could not be stored
     */
    public String keep(String appId) throws OperationRefusedException, ControlException, InterruptedException {
        stored(
                applicationAdmin.keep(appId),
                "application " + appId
                        + " is kept, but only until the daemon restarts, because that could not be stored");
        return application(appId) + " is kept until it is released.";
    }

    /**
     * Ends a keep, and restarts the timeouts of the application.
     *
     * @throws OperationRefusedException if it is unknown, being removed, or not kept
     * @throws ControlException if that could not be stored
     */
    public String release(String appId) throws OperationRefusedException, ControlException, InterruptedException {
        stored(
                applicationAdmin.release(appId),
                "application " + appId + " is released, but kept again once the daemon restarts, because that could"
                        + " not be stored");
        return application(appId) + " is released, and its timeouts restart.";
    }

    /**
     * Expires an application now, and has its files deleted.
     *
     * @throws OperationRefusedException if it is unknown, being removed, or kept
     * @throws ControlException if that could not be stored; the application stays
     */
    public String remove(String appId) throws OperationRefusedException, ControlException, InterruptedException {
        int dirs = stored(
                applicationAdmin.remove(appId),
                "application " + appId + " stays, because its removal could not be stored");
        return application(appId) + " is removed; " + dirs + " of its directories are being deleted.";
    }

    private static String application(String appId) {
        return "Application " + Sanitizer.printable(appId);
    }

    private static <T> T stored(CompletableFuture<T> change, String otherwise)
            throws ControlException, InterruptedException {
        try {
            return change.get(STORE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new ControlException(otherwise + ": " + ErrorMessages.of(reason));
        } catch (TimeoutException e) {
            throw new ControlException("not stored after " + STORE_TIMEOUT.toSeconds()
                    + " s, but it may be yet; see \"apps\", and the daemon's log");
        }
    }
}
