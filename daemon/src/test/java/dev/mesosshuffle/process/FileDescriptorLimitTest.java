package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FileDescriptorLimitTest {
    @Test
    void givesWhatIsWantedWhereThereIsEnough() {
        assertThat(FileDescriptorLimit.share(1024, 4096)).isEqualTo(1024);
        assertThat(FileDescriptorLimit.share(1024, Long.MAX_VALUE)).isEqualTo(1024);
    }

    @Test
    void leavesThreeQuartersToOthersWhereThereIsNot() {
        assertThat(FileDescriptorLimit.share(1024, 1024)).isEqualTo(256);
        assertThat(FileDescriptorLimit.share(1024, 1)).isOne();
    }

    @Test
    void findsOutTheLimitOfThisProcess() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "ulimit -Hn").start();
        String limit = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        long expected =
                limit.isBlank() || limit.startsWith("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit.strip());
        assertThat(FileDescriptorLimit.share(Integer.MAX_VALUE))
                .isEqualTo((int) Math.min(Integer.MAX_VALUE, expected / 4));
    }
}
