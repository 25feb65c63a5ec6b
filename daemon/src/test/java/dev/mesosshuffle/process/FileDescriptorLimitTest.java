package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FileDescriptorLimitTest {
    @Test
    void givesWhatIsWantedWhereThereIsEnough() {
        assertThat(FileDescriptorLimit.files(1024, 8192)).isEqualTo(1024);
        assertThat(FileDescriptorLimit.files(1024, Long.MAX_VALUE)).isEqualTo(1024);
    }

    @Test
    void leavesHalfToConnectionsAndASixteenthToOthersThoughEachFileTakesTwo() {
        assertThat(FileDescriptorLimit.files(1024, 1024)).isEqualTo((1024 - 512 - 64) / 2);
        assertThat(FileDescriptorLimit.files(100_000, 65_536)).isEqualTo(14_336);
        assertThat(FileDescriptorLimit.files(1024, 1)).isOne();
    }

    @Test
    void findsOutTheLimitOfThisProcess() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "ulimit -Hn").start();
        String limit = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        long expected =
                limit.isBlank() || limit.startsWith("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit.strip());
        assertThat(FileDescriptorLimit.files(Integer.MAX_VALUE))
                .isEqualTo(FileDescriptorLimit.files(Integer.MAX_VALUE, expected));
        assertThat(FileDescriptorLimit.connections()).isEqualTo(expected / 2);
    }
}
