package dev.mesosshuffle.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.status.DiskUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ApplicationTableTest {
    private record Row(ApplicationStatus app, int executors, DiskUsage.Usage usage) {}

    @Test
    void alignsItsColumns() throws Exception {
        List<Row> rows = List.of(
                new Row(status("a", Duration.ofSeconds(4)), 2, new DiskUsage.Usage(1536, true)),
                new Row(status("longer-0001", Duration.ofHours(30)), 10, new DiskUsage.Usage(3 << 20, false)),
                new Row(status("c", Duration.ofMinutes(30)), 0, DiskUsage.UNKNOWN));
        assertThat(text(rows, rows)).isEqualTo("""
                APPLICATION  STATE  EXECUTORS  BYTES      LAST SIGNAL  NEXT STEP  REASON
                a            kept   2          1.5 KiB    4 s ago      it stays   an operator
                longer-0001  kept   10         > 3.0 MiB  30 h ago     it stays   an operator
                c            kept   0          ?          30 min ago   it stays   an operator
                """);
    }

    @Test
    void printsNoTextOfAClientAsItIs() throws Exception {
        Row row = new Row(status("a\u202eb\u2028" + "x".repeat(500), Duration.ofSeconds(4)), 2, DiskUsage.UNKNOWN);
        assertThat(text(List.of(row), List.of(row)).lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(400))
                .last()
                .asString()
                .startsWith("a\\u202eb\\u2028xxx")
                .contains("x... (304 characters more)  kept");
    }

    @Test
    void writesARowThatHasBecomeWiderSinceItWasMeasured() throws Exception {
        Row before = new Row(status("application", Duration.ofSeconds(4)), 2, DiskUsage.UNKNOWN);
        Row after = new Row(status("application", Duration.ofHours(30)), 2, new DiskUsage.Usage(3 << 20, false));
        assertThat(text(List.of(before), List.of(after))).isEqualTo("""
                APPLICATION  STATE  EXECUTORS  BYTES  LAST SIGNAL  NEXT STEP  REASON
                application  kept   2          > 3.0 MiB  30 h ago     it stays   an operator
                """);
    }

    private static String text(List<Row> measured, List<Row> written) throws IOException {
        ApplicationTable table = new ApplicationTable();
        measured.forEach(row -> table.measure(row.app(), row.executors(), row.usage()));
        StringBuilder text = new StringBuilder();
        table.writeHeader(text);
        for (Row row : written) {
            table.write(row.app(), row.executors(), row.usage(), text);
        }
        return text.toString();
    }

    private static ApplicationStatus status(String appId, Duration idle) {
        return new ApplicationStatus(appId, "kept", "an operator", "it stays", idle, null, null);
    }
}
