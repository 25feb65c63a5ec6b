package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.process.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What a daemon holds before an attack, and must hold no more of afterwards; and what it may log meanwhile. */
final class DaemonLevel {
    private static final Duration REST = Duration.ofSeconds(30);

    /** Threads and descriptors of pools, and of the healthy client, that come and go. */
    private static final long TOLERATED_FIGURES = 16;

    private static final long TOLERATED_HEAP_BYTES = 12L << 20;

    private static final Pattern WARNING = Pattern.compile(" (WARN|ERROR) ");
    private static final Pattern REFUSAL = Pattern.compile("was refused: ([^.]*)\\.");

    private final AttackedDaemon daemon;
    private final Map<String, Long> figures;
    private final Map<String, Long> counters;
    private final long heapBytes;
    private final long sinceNanos = System.nanoTime();

    private DaemonLevel(AttackedDaemon daemon) throws IOException {
        this.daemon = daemon;
        this.figures = ProcessFigures.of(daemon);
        this.counters = daemon.counters();
        this.heapBytes = daemon.usedHeapBytes();
        daemon.forgetTurns();
    }

    static DaemonLevel of(AttackedDaemon daemon) throws IOException {
        return new DaemonLevel(daemon);
    }

    /** Waits until the daemon holds what it held. */
    void awaitAgain() throws IOException {
        daemon.awaitRest(counters);
        Await.until("no pending handshakes", REST, () -> daemon.counter("authentication.pendingHandshakes") == 0);
        Await.until("descriptors and threads as " + figures, REST, this::areFiguresLevel);
        Await.until(
                "a heap of " + (heapBytes >> 20) + " MiB",
                REST,
                () -> daemon.usedHeapBytes() <= heapBytes + TOLERATED_HEAP_BYTES);
        System.out.printf(
                "level: %s, before %s; heap %.1f MiB, before %.1f%n",
                ProcessFigures.of(daemon), figures, daemon.usedHeapBytes() / 1048576.0, heapBytes / 1048576.0);
    }

    private boolean areFiguresLevel() {
        try {
            Map<String, Long> now = ProcessFigures.of(daemon);
            return figures.entrySet().stream()
                    .allMatch(before -> now.getOrDefault(before.getKey(), 0L) <= before.getValue() + TOLERATED_FIGURES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails if a kind of warning was logged more than once a minute, whoever caused it. */
    void assertQuietLog() {
        long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - sinceNanos);
        Map<String, List<String>> kinds = new HashMap<>();
        for (String line : daemon.process().output().linesWith(WARNING)) {
            var refusal = REFUSAL.matcher(line);
            String kind = refusal.find() ? refusal.group() : line.replaceAll("[0-9]+", "#");
            kinds.computeIfAbsent(kind, key -> new ArrayList<>()).add(line);
        }
        System.out.println("log: " + kinds.size() + " kinds of warnings, the most frequent of "
                + kinds.values().stream().mapToInt(List::size).max().orElse(0) + " lines");
        kinds.forEach((kind, lines) -> {
            if (lines.size() > 1 + minutes) {
                throw new AssertionError(lines.size() + " lines of one kind: " + lines);
            }
        });
    }
}
