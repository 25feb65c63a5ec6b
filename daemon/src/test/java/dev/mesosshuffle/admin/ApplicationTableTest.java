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
                APPLICATION  STATE  EXECUTORS  BYTES      LAST SIGN   WHAT HAPPENS NEXT  REASON
                a            kept   2          1.5 KiB    4 s ago     it stays           by hand
                longer-0001  kept   10         > 3.0 MiB  30 h ago    it stays           by hand
                c            kept   0          ?          30 min ago  it stays           by hand
                """);
    }

    private static ApplicationStatus status(String appId, Duration quiet) {
        return new ApplicationStatus(appId, "kept", "by hand", "it stays", quiet);
    }

    @Test
    void saysSoIfThereIsNone() {
        assertThat(new ApplicationTable().text()).isEqualTo("No application is registered here.\n");
    }
}
