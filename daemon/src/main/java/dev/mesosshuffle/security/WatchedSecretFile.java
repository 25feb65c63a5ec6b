package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file with secrets says, read again when the file has changed. A version that cannot be used leaves the one before in use.
 * For any thread that may wait for a disk; one at a time looks at the file, and others do not wait for it.
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
    private Map<String, Object> version;
    private long lastCheck;
    private String lastFailure = "";

    /** What the bytes of a file mean. */
    @FunctionalInterface
    interface Format<T> {
        T read(byte[] content) throws SecretException;
    }

    private WatchedSecretFile(
            String key, SecretFile file, Format<T> format, Ticker ticker, Map<String, Object> version, T current) {
        this.key = key;
        this.file = file;
        this.format = format;
        this.ticker = ticker;
        this.version = version;
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
            Map<String, Object> version = file.version();
            return new WatchedSecretFile<>(key, file, format, ticker, version, read(file, format));
        } catch (IOException e) {
            throw new SecretException(key + ": " + file.path() + ": " + ErrorMessages.reason(e));
        } catch (SecretException e) {
            throw new SecretException(key + ": " + file.path() + ": " + e.getMessage());
        }
    }

    private static <T> T read(SecretFile file, Format<T> format) throws SecretException {
        byte[] content = file.read();
        try {
            return format.read(content);
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
            // Before the content: if that changes while it is read, the next check sees it.
            Map<String, Object> found = file.version();
            if (found.equals(version)) {
                return;
            }
            current = read(file, format);
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
