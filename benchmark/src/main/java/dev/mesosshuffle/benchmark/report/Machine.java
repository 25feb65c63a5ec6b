package dev.mesosshuffle.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the figures come from, without which they say little. */
final class Machine {
    private Machine() {}

    static String describe() throws IOException {
        Runtime.Version java = Runtime.version();
        return "Java " + java.feature() + ", Linux " + System.getProperty("os.version") + " on "
                + System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " × "
                + processor() + ". Services and clients share them, over the loopback interface.";
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("processors");
    }
}
