package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostUptimeTest {
    @TempDir
    private Path temp;

    private FakeProc proc;

    @BeforeEach
    void setUp() throws IOException {
        proc = new FakeProc(temp.toRealPath().resolve("proc"));
        proc.uptime(Duration.ofSeconds(1234));
    }

    @Test
    void readsIt() {
        assertThat(HostUptime.of(proc.dir)).isEqualTo(Duration.ofMillis(1_234_250));
        assertThat(HostUptime.of(Path.of("/proc"))).isNotNull();
    }

    @Test
    void readsItOnAKernelWithoutTimeNamespaces() throws IOException {
        Files.delete(proc.dir.resolve("self/ns/time"));
        assertThat(HostUptime.of(proc.dir)).isEqualTo(Duration.ofMillis(1_234_250));
    }

    @Test
    void doesNotTakeAContainersForTheHosts() throws IOException {
        proc.mountInfo("30 22 0:50 /proc/uptime " + proc.dir + "/uptime rw - fuse.lxcfs lxcfs rw\n");
        assertThat(HostUptime.of(proc.dir)).isNull();
    }

    @Test
    void doesNotTakeATimeNamespacesForTheHosts() throws IOException {
        proc.namespace("time", "time:[4026532999]");
        assertThat(HostUptime.of(proc.dir)).isNull();
    }

    @Test
    void tellsNothingFromWhatIsNoTime() throws IOException {
        Files.writeString(proc.dir.resolve("uptime"), "soon");
        assertThat(HostUptime.of(proc.dir)).isNull();
        Files.delete(proc.dir.resolve("uptime"));
        assertThat(HostUptime.of(proc.dir)).isNull();
    }
}
