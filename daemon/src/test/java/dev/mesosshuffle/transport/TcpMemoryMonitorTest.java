package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TcpMemoryMonitorTest {
    private final LogCapture log = LogCapture.of(TcpMemoryMonitor.class);

    @TempDir
    private Path temp;

    private TcpMemoryMonitor monitor;

    @BeforeEach
    void setUp() throws IOException {
        monitor = new TcpMemoryMonitor(temp.resolve("sockstat"), temp.resolve("tcp_mem"));
        Files.writeString(temp.resolve("tcp_mem"), "500\t750\t1000\n");
    }

    @AfterEach
    void tearDown() {
        log.close();
    }

    private void use(int pages) throws IOException {
        Files.writeString(
                temp.resolve("sockstat"),
                "sockets: used 17\nTCP: inuse 1 orphan 0 tw 2 alloc 1 mem " + pages + "\nUDP: inuse 0 mem 999999\n");
        monitor.run();
    }

    @Test
    void saysNothingWhileThereIsMemory() throws IOException {
        use(0);
        use(899);
        assertThat(monitor.usedPercent()).isEqualTo(89);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void tellsOnceThatItIsNearlyUsedUpAndOnceOfItsEnd() throws IOException {
        use(900);
        use(1100);
        use(800);
        use(950);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN 90 % of the memory")
                .contains("net.ipv4.tcp_mem");
        use(740);
        use(700);
        assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO 74 %");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1 2", "0 0 0", "a b c"})
    void saysNothingWhereItCannotTell(String limits) throws IOException {
        Files.writeString(temp.resolve("tcp_mem"), limits);
        use(900);
        assertThat(monitor.usedPercent()).isEqualTo(-1);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void readsThatOfThisHost() {
        MetricRegistry metrics = new MetricRegistry();
        TcpMemoryMonitor ofHost = TcpMemoryMonitor.ofHost(metrics);
        ofHost.run();
        assertThat(ofHost.usedPercent()).isBetween(0, 100);
        assertThat(metrics.getGauges()).containsKey("shuffleService.tcpMemory.usedPercent");
    }
}
