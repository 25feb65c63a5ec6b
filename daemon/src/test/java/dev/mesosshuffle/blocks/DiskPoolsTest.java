package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiskPoolsTest {
    private static final Path HUNG = Path.of("/hung");
    private static final Path SOUND = Path.of("/sound");

    private final MetricRegistry metrics = new MetricRegistry();
    private final DiskPools pools = new DiskPools(1, 2, metrics);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        release.countDown();
        pools.close();
    }

    @Test
    void aDiskThatHangsDoesNotKeepAnotherFromWorking() throws Exception {
        hang(3);
        CompletableFuture<String> thread = new CompletableFuture<>();
        pools.execute(SOUND, () -> thread.complete(Thread.currentThread().getName()));
        assertThat(thread.get(20, TimeUnit.SECONDS)).isEqualTo("disk-/sound-1");
    }

    @Test
    void takesAsManyTasksAsMayWaitAndNoMore() {
        hang(3);
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> pools.execute(HUNG, () -> {}));
    }

    @Test
    void showsWhatWaits() {
        hang(2);
        Gauge<?> queue = Objects.requireNonNull(metrics.getGauges().get("shuffleService.disk./hung.queue"));
        assertThat(queue.getValue()).isEqualTo(1);
    }

    @Test
    void countsTheReadErrorsOfEachDisk() {
        pools.countReadError(HUNG);
        pools.countReadError(HUNG);
        pools.execute(SOUND, () -> {});
        assertThat(metrics.counter("shuffleService.disk./hung.readErrors").getCount())
                .isEqualTo(2);
        assertThat(metrics.counter("shuffleService.disk./sound.readErrors").getCount())
                .isZero();
    }

    private void hang(int tasks) {
        for (int i = 0; i < tasks; i++) {
            pools.execute(HUNG, () -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }
}
