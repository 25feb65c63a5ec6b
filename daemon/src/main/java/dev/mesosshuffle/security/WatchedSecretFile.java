package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file with secrets says, read again when the file has changed. A version that cannot be used leaves the one before in use.
 * For any thread that may wait for a disk; one at a time looks at the file, and others do not wait for it.
 *
 * <p>A file that is being written has only a part of its secrets, and looks complete at the end of each line. So a version is used
 * once it is a second old, or was there at the check before as well, and if it is still there after it was read.
 */
final class WatchedSecretFile<T> {
    private static final Logger logger = LoggerFactory.getLogger(WatchedSecretFile.class);

    private static final long CHECK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String key;
    private final SecretFile file;
    private final Format<T> format;
    private final Ticker ticker;
    private final ReentrantLock checking = new ReentrantLock();
    private volatile T current;

    // The rest only under the lock.
    private SecretFile.Version version;
    private SecretFile.Version lastSeen;
    private long lastCheck;
    private String lastFailure = "";

    /** What the bytes of a file mean. */
    @FunctionalInterface
    interface Format<T> {
        T read(byte[] content) throws SecretException;
    }

    private WatchedSecretFile(
            String key, SecretFile file, Format<T> format, Ticker ticker, SecretFile.Version version, T current) {
        this.key = key;
        this.file = file;
        this.format = format;
        this.ticker = ticker;
        this.version = version;
        this.lastSeen = version;
        this.current = current;
        this.lastCheck = ticker.read();
    }

    /**
     * Reads a file for the first time.
     *
     * @param key the setting that names it, for messages
     * @throws SecretException if it cannot be used
     */
    static <T> WatchedSecretFile<T> open(String key, SecretFile file, Format<T> format, Ticker ticker)
            throws SecretException {
        try {
            SecretFile.Version version = file.version();
            return new WatchedSecretFile<>(key, file, format, ticker, version, read(file, format, version));
        } catch (IOException e) {
            throw new SecretException(key + ": " + file.path() + ": " + ErrorMessages.reason(e));
        } catch (SecretException e) {
            throw new SecretException(key + ": " + file.path() + ": " + e.getMessage());
        }
    }

    private static <T> T read(SecretFile file, Format<T> format, SecretFile.Version expected)
            throws IOException, SecretException {
        byte[] content = file.read();
        try {
            T result = format.read(content);
            if (!file.version().equals(expected)) {
                throw new SecretException("changed while it was read");
            }
            return result;
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** What it says now, or said a second ago. */
    T current() {
        if (checking.tryLock()) {
            try {
                long now = ticker.read();
                if (now - lastCheck >= CHECK_INTERVAL_NANOS) {
                    lastCheck = now;
                    check();
                }
            } finally {
                checking.unlock();
            }
        }
        return current;
    }

    private void check() {
        try {
            SecretFile.Version found = file.version();
            boolean wasSeen = found.equals(lastSeen);
            lastSeen = found;
            if (found.equals(version) || !(wasSeen || found.isSettled())) {
                return;
            }
            current = read(file, format, found);
            version = found;
            lastFailure = "";
            logger.info("{}: {} has changed and is in use now", key, file.path());
        } catch (IOException e) {
            warnOnce(ErrorMessages.reason(e));
        } catch (SecretException e) {
            warnOnce(String.valueOf(e.getMessage()));
        }
    }

    private void warnOnce(String reason) {
        if (!lastFailure.equals(reason)) {
            lastFailure = reason;
            logger.warn(
                    "{}: {}: {}; what it said before stays in use. Correct the file; it is read again. (logged once)",
                    key,
                    file.path(),
                    reason);
        }
    }
}
