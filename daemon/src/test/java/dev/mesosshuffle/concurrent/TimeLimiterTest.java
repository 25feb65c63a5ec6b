package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls at a place whose disk hangs until a latch is released. */
final class TimeLimiterTest {
    private static final Path HUNG = Path.of("/hung");
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger hanging = new AtomicInteger();
    private final CompletableFuture<String> late = new CompletableFuture<>();
    private final TimeLimiter limiter = new TimeLimiter("limited", LONG);

    @AfterEach
    void tearDown() {
        released.countDown();
        limiter.close();
    }

    private void hang() {
        assertThatExceptionOfType(CallTimeoutException.class)
                .isThrownBy(() -> limiter.call(
                        HUNG,
                        SHORT,
                        () -> {
                            hanging.incrementAndGet();
                            released.await();
                            return "late";
                        },
                        late::complete))
                .withMessage("/hung did not respond within 20 ms; its disk may hang");
    }

    private <T> CompletableFuture<T> callFromAnotherThread(Callable<T> work) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return limiter.call(HUNG, work);
            } catch (CallTimeoutException | ExecutionException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void returnsTheResultOfEachCall() throws Exception {
        assertThat(limiter.call(HUNG, () -> "first", late::complete)).isEqualTo("first");
        assertThat(limiter.call(HUNG, () -> "second", late::complete)).isEqualTo("second");
        assertThat(late).isNotDone();
    }

    @Test
    void callsOnADaemonThreadOfItsName() throws Exception {
        Thread thread = limiter.call(HUNG, Thread::currentThread);
        assertThat(thread.getName()).isEqualTo("limited");
        assertThat(thread.isDaemon()).isTrue();
    }

    @Test
    void callsOnTheCallersThreadIfUnlimited() throws Exception {
        TimeLimiter unlimited = TimeLimiter.unlimited();
        assertThat(unlimited.call(HUNG, Thread::currentThread)).isSameAs(Thread.currentThread());
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> unlimited.call(HUNG, TimeLimiterTest::fail))
                .withCauseInstanceOf(FileNotFoundException.class);
    }

    @Test
    void givesThePlainReasonOfAFailure() {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> limiter.call(HUNG, TimeLimiterTest::fail))
                .withCauseInstanceOf(FileNotFoundException.class);
    }

    private static Void fail() throws FileNotFoundException {
        throw new FileNotFoundException("removed");
    }

    @Test
    void abandonsAResultThatComesTooLateAndCallsThereAgain() throws Exception {
        hang();
        assertThat(late).isNotDone();
        released.countDown();

        assertThat(late.get(1, TimeUnit.MINUTES)).isEqualTo("late");
        assertThat(limiter.call(HUNG, () -> "works again")).isEqualTo("works again");
    }

    @Test
    void startsNothingAtAPlaceThatHangsAndFailsAtOnce() {
        for (int i = 0; i < 3; i++) {
            hang();
        }
        assertThat(hanging).hasValue(1);
    }

    @Test
    void waitsBehindACallThatIsNoLaterThanItsOwnLimit() throws Exception {
        hang();
        CompletableFuture<String> next = callFromAnotherThread(() -> "patient");
        assertThat(next).isNotDone();
        released.countDown();
        assertThat(next.get(1, TimeUnit.MINUTES)).isEqualTo("patient");
    }

    @Test
    void doesNotLetAnotherPlaceWait() throws Exception {
        hang();
        assertThat(limiter.call(Path.of("/other"), () -> "done")).isEqualTo("done");
    }

    @Test
    void runsOneCallAtATimeAtOnePlace() throws Exception {
        AtomicInteger running = new AtomicInteger();
        List<CompletableFuture<Integer>> seen = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            seen.add(callFromAnotherThread(() -> {
                int now = running.incrementAndGet();
                Thread.onSpinWait();
                running.decrementAndGet();
                return now;
            }));
        }
        for (CompletableFuture<Integer> one : seen) {
            assertThat(one.get(1, TimeUnit.MINUTES)).isEqualTo(1);
        }
    }

    @Test
    void startsNothingOnceItIsClosed() {
        limiter.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> limiter.call(HUNG, () -> "done"))
                .withCauseInstanceOf(RejectedExecutionException.class);
    }
}
