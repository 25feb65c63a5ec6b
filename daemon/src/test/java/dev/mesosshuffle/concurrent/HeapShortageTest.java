package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeapShortageTest {
    private final OutOfMemoryError noHeap = new OutOfMemoryError("Java heap space");
    private final ManualTicker ticker = new ManualTicker();
    private final List<OutOfMemoryError> ends = new ArrayList<>();
    private final HeapShortage shortage = new HeapShortage(ticker, ends::add);

    @Test
    void manyFailuresWithinAMinuteEndTheProcess() {
        fail(HeapShortage.MAX_FAILURES - 1, noHeap);
        ticker.pass(Duration.ofSeconds(59));
        assertThat(ends).isEmpty();
        fail(1, noHeap);
        assertThat(ends).containsExactly(noHeap);
    }

    @Test
    void fewFailuresAMinuteDoNot() {
        for (int minute = 0; minute < 10; minute++) {
            fail(HeapShortage.MAX_FAILURES - 1, noHeap);
            ticker.pass(Duration.ofMinutes(1));
        }
        assertThat(ends).isEmpty();
    }

    @Test
    void aLackOfThreadsOrOfMemoryOutsideTheHeapIsNone() {
        fail(100, new OutOfMemoryError("unable to create native thread: limits reached"));
        fail(100, new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory"));
        assertThat(ends).isEmpty();
    }

    private void fail(int times, OutOfMemoryError failure) {
        for (int i = 0; i < times; i++) {
            shortage.count(failure);
        }
    }
}
