package dev.mesosshuffle.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.DiskExecutors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiskSlicesTest {
    private static final Path DISK = Path.of("/disk");
    private static final int SLICE = 4;

    private final DiskExecutors disks = new DiskExecutors(1, 3, new MetricRegistry());
    private final DiskSlices slices = new DiskSlices(disks, SLICE);
    private final CountDownLatch release = new CountDownLatch(1);
    private final FakeCaller caller = new FakeCaller();
    private final List<String> order = new CopyOnWriteArrayList<>();

    @AfterEach
    void letGo() {
        release.countDown();
        disks.close();
    }

    @Test
    void anotherClientWaitsForOneSliceOfALongList() throws Exception {
        occupyDisk();
        CompletableFuture<Void> greedy = slices.forEach(DISK, caller, Collections.nCopies(1000, "greedy"), order::add);
        CompletableFuture<Void> modest = slices.forEach(DISK, new FakeCaller(), List.of("modest"), order::add);
        release.countDown();
        await(modest);
        await(greedy);
        assertThat(order).hasSize(1001);
        assertThat(order.indexOf("modest")).isEqualTo(SLICE);
    }

    @Test
    void stopsAfterTheSliceInWhichItsClientHasGone() {
        CompletableFuture<Void> result = slices.forEach(DISK, caller, Collections.nCopies(1000, "x"), item -> {
            order.add(item);
            caller.leave();
        });
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> await(result))
                .withCauseInstanceOf(ClientGoneException.class);
        assertThat(order).hasSize(SLICE);
    }

    @Test
    void endsWithTheFirstItemThatFails() {
        CompletableFuture<Void> result = slices.forEach(DISK, caller, List.of("a", "b", "c"), item -> {
            order.add(item);
            if (item.equals("b")) {
                throw new IOException("for a test");
            }
        });
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> await(result))
                .withCauseInstanceOf(IOException.class);
        assertThat(order).containsExactly("a", "b");
    }

    @Test
    void failsIfTheDiskTakesNoMore() {
        occupyDisk();
        for (int i = 0; i < 3; i++) {
            disks.execute(DISK, "client " + i, () -> {});
        }
        assertThat(slices.forEach(DISK, caller, List.of("a"), order::add))
                .isCompletedExceptionally()
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    private void occupyDisk() {
        CountDownLatch started = new CountDownLatch(1);
        disks.execute(DISK, () -> {
            started.countDown();
            awaitQuietly(release);
        });
        awaitQuietly(started);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CompletableFuture<Void> result) throws Exception {
        result.get(20, TimeUnit.SECONDS);
    }
}
