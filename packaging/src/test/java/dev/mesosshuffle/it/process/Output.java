package dev.mesosshuffle.it.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process has printed so far, line by line. Thread-safe. */
public final class Output {
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final List<String> lines = new ArrayList<>();

    synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** The lines in which the pattern is found, in their order. */
    public List<String> linesWith(Pattern pattern) {
        return lines().stream().filter(line -> pattern.matcher(line).find()).toList();
    }

    /**
     * The first match in this output, which is waited for.
     *
     * @param writing whether the process can still print something
     */
    Matcher await(Pattern pattern, Duration atMost, BooleanSupplier writing) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        int next = 0;
        while (true) {
            boolean more = writing.getAsBoolean();
            synchronized (this) {
                for (; next < lines.size(); next++) {
                    Matcher matcher = pattern.matcher(lines.get(next));
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                long left = deadline - System.nanoTime();
                if (!more || left <= 0) {
                    throw new AssertionError((more ? "not within " + atMost.toSeconds() + " s: " : "ended without: ")
                            + pattern
                            + System.lineSeparator()
                            + tail());
                }
                TimeUnit.MILLISECONDS.timedWait(this, LOOK_AGAIN_MILLIS);
            }
        }
    }

    private String tail() {
        int from = Math.max(0, lines.size() - 60);
        return String.join(System.lineSeparator(), lines.subList(from, lines.size()));
    }
}
