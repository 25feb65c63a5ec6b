package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TimeLimiterTest {
    private final CountDownLatch back = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final TimeLimiter limiter = TimeLimiter.onThread("limited", "the check", Duration.ofMillis(50));

    @AfterEach
    void tearDown() {
        back.countDown();
        limiter.close();
    }

    private Void hang() throws InterruptedException {
        begun.incrementAndGet();
        back.await();
        ended.countDown();
        return null;
    }

    @Test
    void returnsWhatIsDoneInTimeOnItsThread() throws Exception {
        assertThat(TimeLimiter.unlimited().call(() -> Thread.currentThread().getName()))
                .isEqualTo(Thread.currentThread().getName());
        TimeLimiter ample = TimeLimiter.onThread("ample", "the check", Duration.ofMinutes(1));
        assertThat(ample.call(() -> Thread.currentThread().getName())).isEqualTo("ample");
        ample.close();
    }

    @Test
    void givesThePlainReasonOfAFailure() {
        TimeLimiter ample = TimeLimiter.onThread("ample", "the check", Duration.ofMinutes(1));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> ample.call(() -> {
                    throw new FileNotFoundException("gone");
                }))
                .withCauseInstanceOf(FileNotFoundException.class);
        ample.close();
    }

    @Test
    void givesUpOnWhatHangsAndLetsNothingElseHang() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> limiter.call(this::hang))
                    .withMessageContaining("the check has not returned within 0 s");
        }
        assertThat(begun).hasValue(1);
        back.countDown();
        ended.await();
        // That one is back is seen a moment after it has ended.
        TimeLimiter again = limiter;
        String result = null;
        while (result == null) {
            try {
                result = again.call(() -> "back");
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        assertThat(result).isEqualTo("back");
    }
}
