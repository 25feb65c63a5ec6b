package dev.mesosshuffle.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** Waiting for what another process does, which nothing here can be told of. */
final class Wait {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Wait() {}

    /** Waits until a file holds a match. */
    static void until(Path file, String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex);
        long start = System.nanoTime();
        String text = "";
        while (System.nanoTime() - start < LIMIT_NANOS) {
            text = Files.exists(file) ? Files.readString(file) : "";
            if (pattern.matcher(text).find()) {
                return;
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        throw new AssertionError(file + " has no " + regex + ": " + text);
    }
}
