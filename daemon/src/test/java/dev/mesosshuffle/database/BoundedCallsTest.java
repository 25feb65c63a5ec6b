package dev.mesosshuffle.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Work on a place whose disk hangs until a latch is released. */
class BoundedCallsTest {
    private static final Path HUNG = Path.of("/hung");
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final BoundedCalls calls = new BoundedCalls("test");
    private final CountDownLatch released = new CountDownLatch(1);
    private final CompletableFuture<String> late = new CompletableFuture<>();

    @Test
    void givesTheResult() throws Exception {
        assertThat(calls.call(HUNG, LONG, () -> "done", late::complete)).isEqualTo("done");
        assertThat(calls.call(HUNG, LONG, () -> "again", late::complete)).isEqualTo("again");
        assertThat(late).isNotDone();
    }

    @Test
    void givesUpOnAPlaceThatDoesNotAnswerAndHandsOnWhatComesTooLate() throws Exception {
        hang();
        assertThat(late).isNotDone();
        released.countDown();

        assertThat(late.get(1, TimeUnit.MINUTES)).isEqualTo("too late");
        assertThat(calls.call(HUNG, LONG, () -> "well again", late::complete)).isEqualTo("well again");
    }

    @Test
    void doesNotWaitAgainForAPlaceThatHangs() throws Exception {
        hang();
        boolean[] worked = new boolean[1];
        assertThatThrownBy(() -> calls.call(HUNG, SHORT, () -> worked[0] = true, value -> {}))
                .isInstanceOf(BoundedCalls.NoAnswerException.class);
        assertThat(worked[0]).isFalse();
        released.countDown();
    }

    @Test
    void doesNotLetAnotherPlaceWait() throws Exception {
        hang();
        assertThat(calls.call(Path.of("/other"), LONG, () -> "done", late::complete))
                .isEqualTo("done");
        released.countDown();
    }

    @Test
    void tellsWhatTheWorkHasThrown() {
        assertThatThrownBy(() -> calls.call(
                        HUNG,
                        LONG,
                        () -> {
                            throw new StoreException("broken");
                        },
                        late::complete))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StoreException.class);
    }

    private void hang() {
        assertThatThrownBy(() -> calls.call(
                        HUNG,
                        SHORT,
                        () -> {
                            released.await();
                            return "too late";
                        },
                        late::complete))
                .isInstanceOf(BoundedCalls.NoAnswerException.class)
                .hasMessageContaining("/hung does not answer");
    }
}
