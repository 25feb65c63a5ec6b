package dev.mesosshuffle.it.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** Waits for the effect of another process, which can only be polled. */
public final class Await {
    private static final long POLL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration FILE_LIMIT = Duration.ofMinutes(1);

    private Await() {}

    /** Returns once the condition holds; fails, naming what was awaited, when it does not within the given time. */
    public static void until(String awaited, Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + atMost.toSeconds() + " s: " + awaited);
            }
            LockSupport.parkNanos(POLL_INTERVAL_NANOS);
        }
    }

    /** Returns once a file matches a pattern; fails with its content when it does not within a minute. */
    public static void untilContains(Path file, String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex);
        AtomicReference<String> text = new AtomicReference<>("");
        try {
            until(file + " contains " + regex, FILE_LIMIT, () -> {
                text.set(read(file));
                return pattern.matcher(text.get()).find();
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + text, e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
