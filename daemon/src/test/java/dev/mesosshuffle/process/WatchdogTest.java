package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private final LogCapture log = LogCapture.of(Watchdog.class);
    private final Map<String, Supplier<CompletableFuture<Void>>> probes = new LinkedHashMap<>();
    private final List<CompletableFuture<Void>> probed = new ArrayList<>();
    private int healthy;
    private long seconds;

    @AfterEach
    void end() {
        log.close();
    }

    @Test
    void reportsHealthOnlyAfterAResponse() {
        probes.put("a loop", () -> CompletableFuture.completedFuture(null));
        Watchdog watchdog = watchdog();
        check(watchdog);
        assertThat(healthy).as("nothing has been probed before").isZero();
        check(watchdog);
        check(watchdog);
        assertThat(healthy).isEqualTo(2);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void reportsNothingWhileOneComponentIsUnresponsiveAndLogsOnceWhich() {
        probes.put("a loop", () -> CompletableFuture.completedFuture(null));
        probes.put("the store", this::probe);
        Watchdog watchdog = watchdog();
        check(watchdog);
        check(watchdog);
        check(watchdog);
        assertThat(healthy).isZero();
        assertThat(probed).as("one that hangs is not probed again").hasSize(1);
        assertThat(log.lines())
                .containsExactly("WARN the store has not responded for 10000 ms; until it does, health checks fail,"
                        + " and systemd restarts this service if its watchdog is on");
    }

    @Test
    void reportsHealthAgainOnceTheComponentResponds() {
        probes.put("the store", this::probe);
        Watchdog watchdog = watchdog();
        check(watchdog);
        check(watchdog);
        probed.get(0).complete(null);
        check(watchdog);
        assertThat(healthy).isEqualTo(1);
        assertThat(log.lines()).last().isEqualTo("INFO the store responds again after 20000 ms");
        assertThat(probed).hasSize(2);
        check(watchdog);
        assertThat(healthy).as("the next probe is open").isEqualTo(1);
    }

    @Test
    void takesAComponentThatCannotBeProbedForUnresponsiveAndProbesAgain() {
        probes.put(
                "full", () -> probed.isEmpty() ? CompletableFuture.failedFuture(new IllegalStateException()) : probe());
        probes.put("closed", () -> {
            if (probed.isEmpty()) {
                throw new RejectedExecutionException();
            }
            return CompletableFuture.completedFuture(null);
        });
        Watchdog watchdog = watchdog();
        check(watchdog);
        check(watchdog);
        assertThat(healthy).isZero();
        assertThat(log.lines()).hasSize(2).allMatch(line -> line.startsWith("WARN "));
        probe().complete(null);
        check(watchdog);
        probed.forEach(pending -> pending.complete(null));
        check(watchdog);
        assertThat(healthy).isEqualTo(1);
    }

    private CompletableFuture<Void> probe() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        probed.add(answer);
        return answer;
    }

    private Watchdog watchdog() {
        return new Watchdog(probes, () -> healthy++, () -> seconds * 1_000_000_000);
    }

    private void check(Watchdog watchdog) {
        watchdog.run();
        seconds += 10;
    }
}
