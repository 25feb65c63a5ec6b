package dev.mesosshuffle.benchmark.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {
    @Test
    void shouldAddUserAndSystemTimeWhateverTheNameOfTheProcess() {
        String stat = "4711 (a) b (c)) S 1 4711 4711 0 -1 4194560 1 2 3 4 1250 250 7 8 20 0 1 0 99";

        assertThat(ProcessUsage.cpuSeconds(stat)).isEqualTo(15.0);
    }

    @Test
    void shouldTellWhatAThreadHasUsedByItsName() throws Exception {
        long pid = ProcessHandle.current().pid();
        long[] used = new long[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        used[0] = ProcessUsage.cpuNanosOfThread(pid, "by-its-name");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "by-its-name");
        thread.start();
        thread.join();

        assertThat(used[0]).isPositive();
        assertThat(ProcessUsage.cpuNanosOfThread(pid, "by-no-name")).isZero();
    }

    @Test
    void shouldNotMindThreadsThatEndWhileItLooks() throws Exception {
        long pid = ProcessHandle.current().pid();
        AtomicBoolean enough = new AtomicBoolean();
        Thread starter = new Thread(() -> {
            while (!enough.get()) {
                new Thread(() -> {}).start();
            }
        });
        starter.start();
        try {
            for (int look = 0; look < 200; look++) {
                assertThat(ProcessUsage.cpuNanosOfThread(pid, "by-no-name")).isZero();
            }
        } finally {
            enough.set(true);
            starter.join();
        }
    }

    @Test
    void shouldFindANumberByItsKey() {
        String io = "rchar: 1\nread_bytes: 4096\ncancelled_write_bytes: 7\n";

        assertThat(ProcessUsage.number(io, "\nread_bytes:")).isEqualTo(4096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessUsage.number(io, "VmRSS:"))
                .withMessageStartingWith("no VmRSS:");
    }

    @Test
    void shouldLookAtARealProcess() throws IOException {
        ProcessUsage usage = ProcessUsage.of(ProcessHandle.current().pid());

        assertThat(usage.cpuSeconds()).isPositive();
        assertThat(usage.residentBytes()).isPositive().isLessThanOrEqualTo(usage.peakResidentBytes());
        assertThat(usage.openFiles()).isPositive();
    }
}
