package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthMonitorTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"PT0S, PT20S", "PT6S, PT2S", "PT60S, PT20S", "PT10M, PT20S"})
    void probesAsOftenAsSystemdAndHealthChecksNeed(Duration timeout, Duration interval) {
        assertThat(HealthMonitor.interval(timeout)).isEqualTo(interval);
    }

    @Test
    void publishesTheLatestTimeInTheNameOfItsThread() throws Exception {
        Path uptime = dir.resolve("uptime");
        HealthIndicator indicator = new HealthIndicator(65535, uptime);

        assertThat(namesAfter(() -> {
                    Files.writeString(uptime, "12.99 3.00\n");
                    indicator.run();
                    String first = nameInTheKernel();
                    Files.writeString(uptime, "999999999.01 3.00\n");
                    indicator.run();
                    return first + ", " + nameInTheKernel();
                }))
                .isEqualTo("65535 12, 65535 999999999");
    }

    @Test
    void publishesNothingWhereTheUptimeCannotBeRead() throws Exception {
        Path uptime = dir.resolve("uptime");
        HealthIndicator indicator = new HealthIndicator(7337, uptime);

        assertThat(namesAfter(() -> {
                    Files.writeString(uptime, "12.99 3.00\n");
                    indicator.run();
                    Files.delete(uptime);
                    indicator.run();
                    return nameInTheKernel();
                }))
                .isEqualTo("watchdog");
    }

    /** Runs on a thread of its own, whose name may change. */
    private static String namesAfter(Callable<String> names) throws Exception {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(names.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        thread.start();
        return result.get();
    }

    private static String nameInTheKernel() throws Exception {
        return Files.readString(Path.of("/proc/thread-self/comm")).strip();
    }
}
