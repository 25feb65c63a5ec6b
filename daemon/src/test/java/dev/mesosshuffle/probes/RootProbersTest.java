package dev.mesosshuffle.probes;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A root hangs for as long as what its thread is given is not done. */
final class RootProbersTest {
    private final LogCapture log = LogCapture.of(RootProber.class);
    private final Map<Path, Queue<Runnable>> hanging = new HashMap<>();
    private final Map<Path, IOException> failing = new HashMap<>();
    private final RecentEvents events = new RecentEvents(() -> 0);
    private final MetricRegistry metrics = new MetricRegistry();
    private final List<String> results = new ArrayList<>();
    private long now;

    @TempDir
    private Path temp;

    private Path good;
    private Path bad;
    private RootProbers probers;

    @BeforeEach
    void setUp() throws IOException {
        good = Files.createDirectory(temp.toRealPath().resolve("good"));
        bad = Files.createDirectory(temp.toRealPath().resolve("bad"));
        probers = new RootProbers(
                List.of(good, bad),
                () -> root -> {
                    if (failing.get(root) != null) {
                        throw failing.get(root);
                    }
                    return RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN);
                },
                root -> task -> {
                    if (hanging.containsKey(root)) {
                        hanging.get(root).add(task);
                    } else {
                        task.run();
                    }
                },
                () -> now,
                events);
        probers.addListener(
                (root, seen, failure) -> results.add(root.getFileName() + (seen == null ? " " + failure : " seen")));
    }

    @AfterEach
    void tearDown() {
        probers.close();
        log.close();
    }

    private void hang() {
        hanging.put(bad, new ArrayDeque<>());
    }

    private void comeBack() {
        Objects.requireNonNull(hanging.remove(bad)).forEach(Runnable::run);
    }

    private void pass(Duration time) {
        for (long seconds = 0; seconds < time.toSeconds(); seconds++) {
            now += Duration.ofSeconds(1).toNanos();
            probers.tick();
        }
    }

    @Test
    void logsNothingWhileAllRootsAnswer() {
        pass(Duration.ofMinutes(2));
        assertThat(log.lines()).isEmpty();
        assertThat(probers.unavailabilityReason(bad)).isNull();
        assertThat(probers.isUnresponsive(bad)).isFalse();
    }

    @Test
    void logsOnceThatARootHangsAndOnceThatItIsBack() {
        pass(Duration.ofSeconds(20));
        hang();
        pass(Duration.ofSeconds(9));
        assertThat(log.lines()).isEmpty();
        pass(Duration.ofSeconds(6));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Root " + bad + " is unavailable: it has not answered for 10 s. Check its disk");
        assertThat(probers.isUnresponsive(bad)).isTrue();
        assertThat(probers.isUnresponsive(good)).isFalse();
        pass(Duration.ofHours(1));
        assertThat(log.lines()).hasSize(1);

        comeBack();
        pass(Duration.ofMinutes(1));
        assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO Root " + bad + " is available again, ");
        assertThat(probers.isUnresponsive(bad)).isFalse();
    }

    @Test
    void measuresThatARootHangsFromTheFirstProbeOn() {
        hang();
        probers.register(metrics);
        pass(Duration.ofSeconds(9));
        assertThat(gauge(bad, "unavailable")).isEqualTo(0);
        pass(Duration.ofSeconds(6));
        assertThat(gauge(bad, "unavailable")).isEqualTo(1);
        assertThat(gauge(bad, "lastProbeSeconds")).isEqualTo(-1L);
        assertThat(gauge(good, "unavailable")).isEqualTo(0);

        comeBack();
        pass(Duration.ofSeconds(6));
        assertThat(gauge(bad, "unavailable")).isEqualTo(0);
    }

    @Test
    void measuresThatARootCannotBeReadFromTheFirstProbeOn() {
        failing.put(bad, new IOException("Input/output error"));
        probers.register(metrics);
        pass(Duration.ofSeconds(6));
        assertThat(gauge(bad, "unavailable")).isEqualTo(1);

        failing.put(bad, new NoSuchFileException("bad"));
        pass(Duration.ofSeconds(6));
        assertThat(gauge(bad, "unavailable")).as("that an executor may create").isEqualTo(0);
    }

    private Object gauge(Path root, String name) {
        return metrics.gauge("shuffleService.disk." + root + '.' + name).getValue();
    }

    @Test
    void recordsOnceThatARootHangsAndOnceThatItIsBack() {
        hang();
        pass(Duration.ofMinutes(5));
        assertThat(events.newestFirst())
                .extracting(event -> event.kind() + " " + event.text())
                .containsExactly("DISK root " + bad + " is unavailable: it has not answered for 10 s");
        comeBack();
        pass(Duration.ofSeconds(6));
        assertThat(events.newestFirst())
                .hasSize(2)
                .first()
                .extracting(event -> event.text())
                .isEqualTo("root " + bad + " is available again");
    }

    @Test
    void probesTheOtherRootsMeanwhileAndTheHungOneNoSecondTime() {
        hang();
        pass(Duration.ofMinutes(5));
        assertThat(results).hasSize(60).containsOnly("good seen");
        assertThat(hanging.get(bad)).hasSize(1);
    }

    @Test
    void isNoLongerHungOnceItIsBackForTheNextTime() {
        hang();
        pass(Duration.ofSeconds(9));
        comeBack();
        pass(Duration.ofMinutes(1));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void logsOnceThatADiskReturnsErrors() {
        failing.put(bad, new IOException("Input/output error"));
        pass(Duration.ofMinutes(1));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("Root " + bad + " is unavailable: it cannot be read", "Input/output error");
        assertThat(probers.isUnresponsive(bad)).isFalse();
        assertThat(probers.unavailabilityReason(bad)).contains("Input/output error");
        failing.clear();
        pass(Duration.ofMinutes(1));
        assertThat(log.lines()).hasSize(2).last().asString().contains("is available again");
    }

    @Test
    void isOneOutageIfItHangsAndThenReturnsErrors() {
        hang();
        pass(Duration.ofSeconds(30));
        failing.put(bad, new IOException("Input/output error"));
        comeBack();
        pass(Duration.ofSeconds(30));
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void logsNothingOfARootThatDoesNotExistYet() {
        failing.put(bad, new NoSuchFileException(bad.toString()));
        pass(Duration.ofMinutes(1));
        assertThat(log.lines()).isEmpty();
        assertThat(probers.realRoots()).containsOnlyKeys(good);
        failing.clear();
        pass(Duration.ofSeconds(5));
        assertThat(probers.realRoots()).containsOnlyKeys(good, bad);
    }

    @Test
    void keepsTheRealPathOfARootThatHangs() throws IOException {
        Path link = Files.createSymbolicLink(temp.toRealPath().resolve("link"), bad);
        RootProbers ofLink = RootProbers.inCallersThread(List.of(link));
        ofLink.probeAll();
        Files.delete(link);
        ofLink.probeAll();
        assertThat(ofLink.realRoots()).containsExactly(Map.entry(link, bad));
    }

    @Test
    void namesARootByItsConfiguredPathOnceItsRealOneIsKnown() throws IOException {
        Path link = Files.createSymbolicLink(temp.toRealPath().resolve("link"), bad);
        RootProbers ofLink = RootProbers.inCallersThread(List.of(link, good));
        assertThat(ofLink.configured(link)).isEqualTo(link);
        assertThat(ofLink.configured(bad)).isEqualTo(bad);
        ofLink.probeAll();
        assertThat(ofLink.configured(bad)).isEqualTo(link);
        assertThat(ofLink.configured(link)).isEqualTo(link);
        assertThat(ofLink.configured(good)).isEqualTo(good);
        assertThat(ofLink.configured(Path.of("/no/root"))).isEqualTo(Path.of("/no/root"));
    }

    @Test
    void doesNotWaitForARootThatIsKnownToHang() {
        hang();
        pass(Duration.ofSeconds(20));
        long start = System.nanoTime();
        probers.refresh(List.of(good, bad), Duration.ofMinutes(1));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void waitsForARootNoLongerThanTheTimeout() {
        hang();
        probers.refresh(List.of(good, bad), Duration.ofMillis(1));
        assertThat(probers.realRoots()).containsOnlyKeys(good);
    }

    @Test
    void aListenerThatFailsDoesNotEndTheProbes() {
        probers.addListener((root, seen, failure) -> {
            throw new IllegalStateException("a fault of ours");
        });
        pass(Duration.ofSeconds(11));
        assertThat(results).hasSize(6);
    }

    @Test
    void retriesWhenNoThreadCouldBeCreated() {
        int[] tries = new int[1];
        RootProbers starved = new RootProbers(
                List.of(good),
                () -> root -> RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN),
                root -> task -> {
                    tries[0]++;
                    if (tries[0] == 1) {
                        throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
                    }
                    task.run();
                },
                () -> now,
                EventRecorder.NONE);
        starved.probeAll();
        assertThat(starved.realRoots()).isEmpty();
        starved.probeAll();
        assertThat(starved.realRoots()).containsOnlyKeys(good);
    }

    @Test
    void probesAgainIfThereWasNoMemoryForAProbe() {
        int[] probes = {0};
        RootProbers scarce = new RootProbers(
                List.of(good),
                () -> root -> {
                    if (probes[0]++ == 0) {
                        throw new OutOfMemoryError("for a test");
                    }
                    return RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN);
                },
                root -> Runnable::run,
                () -> now,
                EventRecorder.NONE);
        scarce.probeAll();
        assertThat(scarce.unavailabilityReason(good)).isNull();
        scarce.probeAll();
        assertThat(scarce.realRoots()).containsEntry(good, good);
        scarce.close();
    }

    @Test
    void probesAgainIfThereWasNoMemoryToSayWhyAProbeFailed() {
        int[] probes = {0};
        RootProbers scarce = new RootProbers(
                List.of(good),
                () -> root -> {
                    if (probes[0]++ == 0) {
                        throw new Unprintable();
                    }
                    return RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN);
                },
                root -> Runnable::run,
                () -> now,
                EventRecorder.NONE);
        scarce.probeAll();
        scarce.probeAll();
        assertThat(scarce.realRoots()).containsEntry(good, good);
        scarce.close();
    }

    private static final class Unprintable extends Error {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new OutOfMemoryError("for a test");
        }
    }
}
