package dev.mesosshuffle.benchmark.report;

import dev.mesosshuffle.benchmark.cases.FetchCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Where the figures come from, without which they say little. */
final class Machine {
    private Machine() {}

    /** Processors, kernel, Java and date, in a line. */
    static String line() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " × " + processor() + ", Linux "
                + System.getProperty("os.version") + " on " + System.getProperty("os.arch") + ", Java "
                + Runtime.version().feature() + ", "
                + LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH));
    }

    static String describe() throws IOException {
        return line() + ". Services and clients share them, over the loopback interface, by " + FetchCase.CONNECTIONS
                + " connections where a case does not say otherwise.";
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("processors");
    }
}
