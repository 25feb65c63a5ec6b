package dev.mesosshuffle.roots;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.PendingRemovals;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.probes.FileStoreSpace;
import dev.mesosshuffle.probes.FileSystemUsage;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With file systems that are as full as it is told; what lies in them is real. */
final class DiskPressureTest {
    private static final long GIB = 1L << 30;
    private static final int PERCENT = 5;

    private final LogCapture log = LogCapture.ofPackages(DiskPressure.class);
    private final ManualTicker time = new ManualTicker();
    private final Map<String, List<LocalDir>> live = new TreeMap<>();
    private final Set<String> kept = new HashSet<>();
    private final Map<Path, FileStoreSpace> spaces = new TreeMap<>();
    private final MetricRegistry metrics = new MetricRegistry();

    @TempDir
    private Path temp;

    private OrphanFixture host;
    private Path otherRoot;
    private DiskPressure pressure;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.REPORT);
        otherRoot = Files.createDirectory(temp.toRealPath().resolve("root-2"));
        free(host.localDirs.root, 1, 50);
        free(otherRoot, 1, 50);
        pressure = new DiskPressure(
                PERCENT,
                host.reclaimer,
                new DiskPressureReport(PERCENT, () -> live, () -> kept, host.scanner::lastFound, time),
                DirectRootExecutors.unlimited(),
                metrics);
        check();
    }

    private void free(Path root, long device, double percent) {
        spaces.put(root, space(device, percent));
    }

    private static FileStoreSpace space(long device, double percent) {
        return space(device, percent, FileSystemUsage.Inodes.UNKNOWN);
    }

    private static FileStoreSpace space(long device, double percent, FileSystemUsage.Inodes inodes) {
        return new FileStoreSpace(new FileSystemUsage(device, (long) (GIB * percent / 100), GIB, inodes));
    }

    private void check() {
        spaces.forEach(pressure::check);
    }

    @AfterEach
    void tearDown() throws Exception {
        pressure.close();
        host.close();
        log.close();
    }

    @Test
    void logsNothingWhileThereIsSpace() {
        free(host.localDirs.root, 1, 5.01);
        free(otherRoot, 1, 5.01);
        check();
        assertThat(log.lines()).isEmpty();
        assertThat(shortRoots()).isZero();
    }

    @Test
    void logsOnceWhatHoldsTheSpaceAndOnceThatThereIsEnoughAgain() throws Exception {
        live.put("small", List.of(host.localDirs.filledDir("blockmgr-1")));
        LocalDir large = host.localDirs.filledDir("blockmgr-2");
        Files.writeString(large.path().resolve("0a/big"), "x".repeat(4096));
        live.put("large", List.of(large, host.localDirs.dir("blockmgr-gone")));
        host.old("blockmgr-orphan");
        host.scanner.scan();
        fill(4.9);
        check();
        check();
        assertThat(log.lines())
                .containsExactly("WARN Short of space: 50.2 MiB of 1.0 GiB are free under " + host.localDirs.root
                        + " and " + otherRoot
                        + " (expected: 5 %). No deletions are pending there. What else holds space"
                        + " there: application large 4.6 KiB, application small 600 B; orphans 600 B in 1 dir.");
        assertThat(shortRoots()).isEqualTo(2);
        fill(6.3);
        check();
        check();
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .isEqualTo("INFO Enough space again: 64.5 MiB of 1.0 GiB are free under " + host.localDirs.root
                        + " and " + otherRoot);
        assertThat(shortRoots()).isZero();
        // Live applications and reported orphans are as they were.
        assertThat(host.left()).containsExactlyInAnyOrder("blockmgr-1", "blockmgr-2", "blockmgr-orphan");
    }

    @ParameterizedTest
    @CsvSource({"4.9, true", "5.0, true", "6.2, true", "6.3, false"})
    void endsOnlyWithAQuarterMoreThanTheLimit(double percent, boolean isShort) {
        fill(4.9);
        check();
        fill(percent);
        check();
        assertThat(shortRoots()).isEqualTo(isShort ? 2 : 0);
        assertThat(log.lines()).hasSize(isShort ? 1 : 2);
    }

    @Test
    void logsASecondTimeAgain() {
        for (int i = 0; i < 2; i++) {
            fill(1);
            check();
            fill(50);
            check();
        }
        assertThat(log.lines()).hasSize(4);
    }

    @Test
    void namesOnlyTheLargestApplications() throws Exception {
        for (int i = 0; i < 7; i++) {
            live.put("app-" + i, List.of(host.localDirs.filledDir("blockmgr-" + i)));
        }
        live.put("elsewhere", List.of(new LocalDir(Path.of("/elsewhere"), Path.of("/elsewhere/blockmgr-1"))));
        fill(1);
        check();
        assertThat(log.lines()).singleElement().asString().contains(", 2 more 1.2 KiB; no orphans.");
    }

    @Test
    void namesTheLargestAndAllThatAreKept() throws Exception {
        for (int i = 1; i <= 8; i++) {
            LocalDir dir = host.localDirs.filledDir("blockmgr-" + i);
            Files.writeString(dir.path().resolve("0a/big"), "x".repeat(9 * 1024 - i * 1024));
            live.put("app-" + i, List.of(dir));
        }
        kept.addAll(List.of("app-2", "app-7"));
        fill(1);
        check();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("application app-1 8.6 KiB, application app-2 (kept) 7.6 KiB, application app-3 6.6 KiB,"
                        + " application app-4 5.6 KiB, application app-5 4.6 KiB, application app-7 (kept)"
                        + " 2.6 KiB, 2 more 5.2 KiB");
    }

    @Test
    void limitsTheTimeOfMeasuring() throws Exception {
        live.put("a", List.of(host.localDirs.filledDir("blockmgr-1")));
        live.put("b", List.of(host.localDirs.filledDir("blockmgr-2")));
        DiskPressureReport report = new DiskPressureReport(
                PERCENT,
                () -> {
                    time.pass(Duration.ofMinutes(1));
                    return live;
                },
                () -> kept,
                Map::of,
                time);
        report.started(space(1, 0), Set.of(host.localDirs.root), new PendingRemovals(0, 0));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("no live application", "Not everything was measured within 30 s");
    }

    @Test
    void omitsBytesThatAreNotKnownYet() {
        DiskPressureReport report = new DiskPressureReport(PERCENT, () -> live, () -> kept, Map::of, time);
        report.started(space(1, 0), Set.of(host.localDirs.root), new PendingRemovals(1, 0));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("Pending deletions there, now unthrottled: 1 dir. What else");
    }

    @Test
    void checksEachFileSystemByItself() {
        free(otherRoot, 2, 50);
        check();
        free(host.localDirs.root, 1, 1);
        check();
        assertThat(shortRoots()).isEqualTo(1);
        assertThat(log.lines()).singleElement().asString().doesNotContain(otherRoot.toString());
        assertThat(host.isUnthrottled(host.localDirs.root)).isTrue();
        assertThat(host.isUnthrottled(otherRoot)).isFalse();
    }

    @Test
    void handlesARootThatDoesNotExist() {
        spaces.remove(otherRoot);
        free(host.localDirs.root, 1, 1);
        check();
        assertThat(shortRoots()).isPositive();
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void startsPendingDeletionsAtOnce() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        LocalDir reading = host.localDirs.filledDir("blockmgr-2");
        host.reading.add("reading");
        // Read until a moment ago, so that it waits for another try.
        host.reading.add("app");
        remove("app", dir);
        remove("reading", reading);
        host.reading.remove("app");
        assertThat(host.left()).contains("going-blockmgr-2", "going-blockmgr-1");
        fill(1);
        check();
        // Files that are being read stay all the same.
        assertThat(host.left()).containsExactly("going-blockmgr-2");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("Pending deletions there, now unthrottled: 2 dirs with at least 1.2 KiB.");
    }

    private void remove(String appId, LocalDir dir) throws Exception {
        StoredRemoval intent = new StoredRemoval(dir, appId, null);
        host.store.removeApplication(appId, List.of(intent)).get();
        host.reclaimer.reclaim(List.of(intent));
    }

    @Test
    void doesNotPauseWhileUnthrottled() throws Exception {
        int[] pauses = new int[1];
        host.beforeEachFile = () -> pauses[0]++;
        remove("app", host.localDirs.filledDir("blockmgr-1"));
        assertThat(pauses[0]).isPositive();
        fill(1);
        check();
        pauses[0] = 0;
        remove("app", host.localDirs.filledDir("blockmgr-2"));
        assertThat(pauses[0]).isZero();
        fill(50);
        check();
        remove("app", host.localDirs.filledDir("blockmgr-3"));
        assertThat(pauses[0]).isPositive();
        assertThat(host.left()).isEmpty();
    }

    private void fill(double percent) {
        spaces.replaceAll((root, space) -> space(space.device(), percent));
    }

    private int shortRoots() {
        return (Integer) Objects.requireNonNull(metrics.getGauges().get("shuffleService.cleanup.rootsUnderPressure"))
                .getValue();
    }

    @ParameterizedTest
    @CsvSource({"50, 49, true", "50, 50, false", "1, 1000, true"})
    void isShortOfWhatThereIsLessOf(double percentOfBytes, long inodes, boolean isShort) {
        spaces.replaceAll((root, space) -> space(1, percentOfBytes, new FileSystemUsage.Inodes(inodes, 1000)));
        check();
        assertThat(shortRoots()).isEqualTo(isShort ? 2 : 0);
        assertThat(log.lines()).hasSize(isShort ? 1 : 0);
        assertThat(host.isUnthrottled(host.localDirs.root)).isEqualTo(isShort);
    }

    @Test
    void namesWhichOfTheTwoIsShort() {
        spaces.replaceAll((root, space) -> space(1, 50, new FileSystemUsage.Inodes(9, 1000)));
        check();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith(
                        "WARN Short of space: 9 of 1000 inodes, the number of files that can exist, are free under ");
        spaces.replaceAll((root, space) -> space(1, 70, new FileSystemUsage.Inodes(400, 1000)));
        check();
        assertThat(log.lines()).last().asString().startsWith("INFO Enough space again: 400 of 1000 inodes");
    }

    @Test
    void doesNotTakeAFileSystemWithoutALimitOfInodesForOneWithoutInodes() {
        spaces.replaceAll((root, space) -> space(1, 50, new FileSystemUsage.Inodes(0, 0)));
        check();
        assertThat(log.lines()).isEmpty();
    }
}
