package dev.mesosshuffle.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the benchmark for a moment, so that it works when somebody needs it. What it measures then says nothing. */
class BenchmarkIT {
    private static final double STALLED_MILLIS = 2000;

    private final Path target = Path.of(System.getProperty("it.target"), "it");

    /** At once, since each run begins with an installation and a verification of everything. */
    @Test
    void shouldVerifyAndMeasureTheDaemon() throws Exception {
        List<String> names = List.of("1k", "gcm-10k", "tls-10k", "handshakes-sasl");

        assertThat(run("0.2", "0", names)).isZero();

        assertThat(Files.readString(target.resolve("results.md")))
                .containsPattern("\\| 1k +\\| 1 KiB blocks, 256 files, 64 a fetch +\\| daemon +\\| +[1-9][0-9]* \\|");
        List<String> rounds = Files.readAllLines(target.resolve("results.csv"));
        for (String name : names) {
            assertThat(rounds)
                    .filteredOn(line -> line.startsWith(name + ",daemon,1,") && line.contains("s/s\""))
                    .hasSize(1)
                    .noneMatch(line -> line.endsWith(",0.0000"));
        }
    }

    /** Here the figures do say something: a block of the slow disk takes many seconds, however fast the machine is. */
    @Test
    void shouldNotLetASlowDiskHoldUpWhoDoesNotNeedIt() throws Exception {
        Files.deleteIfExists(target.resolve("results.csv"));

        assertThat(run("5", "0.5", List.of("slow-disk"))).isZero();

        assumeThat(target.resolve("results.csv"))
                .as("slow-disk is skipped where no disk can be made slow")
                .exists();
        List<String> longest = Files.readAllLines(target.resolve("results.csv")).stream()
                .filter(line -> line.contains("max ms"))
                .toList();
        assertThat(longest)
                .hasSize(3)
                .allSatisfy(line -> assertThat(Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
                        .isLessThan(STALLED_MILLIS));
    }

    private int run(String seconds, String warmUp, List<String> names) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--alone",
                "--daemon",
                System.getProperty("it.daemon"),
                "--target",
                target.toString(),
                "--rounds",
                "1",
                "--seconds",
                seconds,
                "--warm-up",
                warmUp));
        arguments.addAll(names);
        return Main.run(arguments);
    }
}
