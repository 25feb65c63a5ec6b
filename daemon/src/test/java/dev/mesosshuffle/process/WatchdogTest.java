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
    private final Map<String, Supplier<CompletableFuture<Void>>> parts = new LinkedHashMap<>();
    private final List<CompletableFuture<Void>> asked = new ArrayList<>();
    private int fed;
    private long seconds;

    @AfterEach
    void end() {
        log.close();
    }

    @Test
    void isFedOnlyAfterAnAnswer() {
        parts.put("a loop", () -> CompletableFuture.completedFuture(null));
        Watchdog watchdog = watchdog();
        look(watchdog);
        assertThat(fed).as("nobody has been asked before").isZero();
        look(watchdog);
        look(watchdog);
        assertThat(fed).isEqualTo(2);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void isNotFedWhileOnePartOfManyIsSilentAndTellsOnceWhich() {
        parts.put("a loop", () -> CompletableFuture.completedFuture(null));
        parts.put("the store", this::ask);
        Watchdog watchdog = watchdog();
        look(watchdog);
        look(watchdog);
        look(watchdog);
        assertThat(fed).isZero();
        assertThat(asked).as("one that hangs is not asked again").hasSize(1);
        assertThat(log.lines())
                .containsExactly("WARN the store has not answered for 10000 ms; if it goes on like that, health checks"
                        + " fail, and systemd starts this service anew");
    }

    @Test
    void isFedAgainOnceThePartAnswers() {
        parts.put("the store", this::ask);
        Watchdog watchdog = watchdog();
        look(watchdog);
        look(watchdog);
        asked.get(0).complete(null);
        look(watchdog);
        assertThat(fed).isEqualTo(1);
        assertThat(log.lines()).last().isEqualTo("INFO the store answers again, after 20000 ms");
        assertThat(asked).hasSize(2);
        look(watchdog);
        assertThat(fed).as("the next question is open").isEqualTo(1);
    }

    @Test
    void survivesWhatItDoesNotExpectAndLogsItOnce() {
        parts.put("the store", () -> {
            throw new AssertionError("what nobody thought of");
        });
        Watchdog watchdog = watchdog();
        look(watchdog);
        look(watchdog);
        assertThat(log.lines())
                .containsExactly("ERROR The watchdog could not look, and tries again (logged once until it can)");
        assertThat(fed).isZero();
    }

    @Test
    void takesAPartThatCannotBeAskedForSilentAndAsksAgain() {
        parts.put("full", () -> asked.isEmpty() ? CompletableFuture.failedFuture(new IllegalStateException()) : ask());
        parts.put("closed", () -> {
            if (asked.isEmpty()) {
                throw new RejectedExecutionException();
            }
            return CompletableFuture.completedFuture(null);
        });
        Watchdog watchdog = watchdog();
        look(watchdog);
        look(watchdog);
        assertThat(fed).isZero();
        assertThat(log.lines()).hasSize(2).allMatch(line -> line.startsWith("WARN "));
        ask().complete(null);
        look(watchdog);
        asked.forEach(question -> question.complete(null));
        look(watchdog);
        assertThat(fed).isEqualTo(1);
    }

    private CompletableFuture<Void> ask() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        asked.add(answer);
        return answer;
    }

    private Watchdog watchdog() {
        return new Watchdog(parts, () -> fed++, () -> seconds * 1_000_000_000);
    }

    private void look(Watchdog watchdog) {
        watchdog.run();
        seconds += 10;
    }
}
