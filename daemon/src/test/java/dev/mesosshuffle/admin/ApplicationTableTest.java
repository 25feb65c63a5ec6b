package dev.mesosshuffle.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.liveness.ApplicationStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ApplicationTableTest {
    @Test
    void alignsItsColumns() {
        ApplicationTable table = new ApplicationTable();
        table.add(status("a", Duration.ofSeconds(4)), 2, new DiskUsage.Usage(1536, true));
        table.add(status("longer-0001", Duration.ofHours(30)), 10, new DiskUsage.Usage(3 << 20, false));
        table.add(status("c", Duration.ofMinutes(30)), 0, DiskUsage.UNKNOWN);
        assertThat(table.text()).isEqualTo("""
                APPLICATION  STATE  EXECUTORS  BYTES      LAST SIGNAL  NEXT STEP  REASON
                a            kept   2          1.5 KiB    4 s ago      it stays   an operator
                longer-0001  kept   10         > 3.0 MiB  30 h ago     it stays   an operator
                c            kept   0          ?          30 min ago   it stays   an operator
                """);
    }

    @Test
    void printsNoTextOfAClientAsItIs() {
        ApplicationTable table = new ApplicationTable();
        table.add(status("a\u202eb\u2028" + "x".repeat(500), Duration.ofSeconds(4)), 2, DiskUsage.UNKNOWN);
        assertThat(table.text().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(400))
                .last()
                .asString()
                .startsWith("a\\u202eb\\u2028xxx")
                .contains("x... (304 characters more)  kept");
    }

    private static ApplicationStatus status(String appId, Duration idle) {
        return new ApplicationStatus(appId, "kept", "an operator", "it stays", idle);
    }

    @Test
    void saysSoIfThereIsNone() {
        assertThat(new ApplicationTable().text()).isEqualTo("No application is registered here.\n");
    }
}
