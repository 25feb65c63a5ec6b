package dev.mesosshuffle.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a daemon's process has of the kernel now. */
final class ProcessFigures {
    private ProcessFigures() {}

    /** Its descriptors and its threads. */
    static Map<String, Long> of(AttackedDaemon daemon) throws IOException {
        Path process = Path.of("/proc", Long.toString(daemon.pid()));
        Map<String, Long> figures = new TreeMap<>();
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            // Data files stay open for a while after they were read, which is not a leak.
            figures.put(
                    "descriptors",
                    descriptors
                            .filter(descriptor -> !target(descriptor).startsWith(daemon.root()))
                            .count());
        }
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            figures.put("threads", threads.count());
        }
        return figures;
    }

    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            // It was closed meanwhile.
            return descriptor;
        }
    }
}
