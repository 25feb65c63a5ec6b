package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ThreadShortageTest {
    private final OutOfMemoryError noThread = new OutOfMemoryError(
            "unable to create native thread: possibly out of memory or process/resource limits reached");

    private final LogCapture log = LogCapture.of(ThreadShortage.class);
    private long now;
    private final ThreadShortage shortage = new ThreadShortage(() -> now);

    @AfterEach
    void tearDown() {
        log.close();
    }

    @Test
    void isNotTakenForALackOfMemory() {
        assertThat(ThreadShortage.isCauseOf(noThread)).isTrue();
        assertThat(ThreadShortage.isCauseOf(new OutOfMemoryError("Java heap space")))
                .isFalse();
        assertThat(ThreadShortage.isCauseOf(new OutOfMemoryError())).isFalse();
        assertThat(ThreadShortage.isCauseOf(new IllegalStateException("unable to create native thread")))
                .isFalse();
    }

    @Test
    void isToldOnceAMinuteWithAdvice() {
        for (int i = 0; i < 100; i++) {
            shortage.warn("a look", noThread);
        }
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN No more threads can be made: a look has to wait.")
                .contains("ulimit -u", "TasksMax=", "pids.max");
        now += ThreadShortage.INTERVAL.toNanos();
        shortage.warn("another look", noThread);
        assertThat(log.lines()).hasSize(2).last().asString().contains("another look has to wait, as did other work 99");
    }

    @Test
    void saysNothingOfWorkThatIsRejectedAndAllOfAnythingElse() {
        shortage.warn("a look", new RejectedExecutionException());
        assertThat(log.lines()).isEmpty();
        shortage.warn("a look", new IllegalStateException());
        assertThat(log.lines()).singleElement().asString().startsWith("ERROR Cannot start a look");
    }
}
