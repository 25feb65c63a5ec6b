package dev.mesosshuffle.benchmark.report;

import dev.mesosshuffle.benchmark.cases.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The files that results are kept in. */
public final class ResultFiles {
    private static final String TABLE = "results.md";
    private static final String ROUNDS = "results.csv";
    private static final String CHART = "results.svg";

    private ResultFiles() {}

    /**
     * Writes table, rounds and chart; what an earlier run left is overwritten.
     *
     * @param data in a sentence, where the shuffle files are
     */
    public static void write(Path folder, String data, List<Result> results) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(TABLE), Machine.describe() + " " + data + "\n\n" + Report.markdown(results));
        Files.writeString(folder.resolve(ROUNDS), Report.csv(results));
        Files.writeString(folder.resolve(CHART), new Chart(results, Machine.line()).toSvg());
    }

    /** Copies table and chart to where documents show them. */
    public static void publish(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (String name : List.of(TABLE, CHART)) {
            Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
