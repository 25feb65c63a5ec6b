package dev.mesosshuffle.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the benchmark for a moment, so that it works when somebody needs it. What it measures then says nothing. */
class BenchmarkIT {
    @Test
    void shouldVerifyAndMeasureTheDaemon() throws Exception {
        Path target = Path.of(System.getProperty("it.target"), "it");

        int status = Main.run(List.of(
                "--alone",
                "--daemon",
                System.getProperty("it.daemon"),
                "--target",
                target.toString(),
                "--rounds",
                "1",
                "--seconds",
                "0.5",
                "--warm-up",
                "0.5",
                "1k"));

        assertThat(status).isZero();
        assertThat(Files.readString(target.resolve("results.md")))
                .containsPattern("\\| 1k +\\| 1 KiB × 64, 16 connections +\\| daemon +\\| +[1-9][0-9]* \\|");
    }
}
