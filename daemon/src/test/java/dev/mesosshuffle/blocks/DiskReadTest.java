package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskReadTest {
    private final List<Object> events = new ArrayList<>();

    private DiskRead read(DiskRead.Work work) {
        return new DiskRead(work, () -> events.add("counted"), events::add);
    }

    @Test
    void tellsTheEndOnce() {
        DiskRead read = read(() -> events.add("read"));
        read.run();
        read.run();
        assertThat(events).containsExactly("read", null);
        assertThat(read.cancel()).isFalse();
    }

    @Test
    void doesNothingOnceItIsCancelled() {
        DiskRead read = read(() -> events.add("read"));
        assertThat(read.cancel()).isTrue();
        read.run();
        assertThat(events).isEmpty();
    }

    @Test
    void countsAnErrorOfTheDisk() {
        IOException failure = new IOException("disk");
        read(() -> {
                    throw failure;
                })
                .run();
        assertThat(events).containsExactly("counted", failure);
    }

    @Test
    void reportsAnyOtherErrorToo() {
        OutOfMemoryError failure = new OutOfMemoryError("for a test");
        read(() -> {
                    throw failure;
                })
                .run();
        assertThat(events).containsExactly(failure);
    }
}
