package dev.mesosshuffle.roots;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.PendingRemovals;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.probes.FileStoreSpace;
import dev.mesosshuffle.probes.FileSystemUsage;
import dev.mesosshuffle.testing.DirectExecutorService;
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
    private final Map<String, List<LocalDir>> living = new TreeMap<>();
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
        free(host.playground.root, 1, 50);
        free(otherRoot, 1, 50);
        pressure = new DiskPressure(
                PERCENT,
                host.reclaimer,
                new DiskPressureReport(PERCENT, () -> living, () -> kept, host.orphans::lastFound, time),
                new RootExecutors(
                        root -> new DirectExecutorService(), () -> new RateLimiter(() -> 0, time, rest -> {})));
        pressure.register(metrics);
        look();
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

    private void look() {
        spaces.forEach(pressure::seen);
    }

    @AfterEach
    void tearDown() throws Exception {
        pressure.close();
        host.close();
        log.close();
    }

    @Test
    void saysNothingWhileThereIsSpace() {
        free(host.playground.root, 1, 5.01);
        free(otherRoot, 1, 5.01);
        look();
        assertThat(log.lines()).isEmpty();
        assertThat(shortRoots()).isZero();
    }

    @Test
    void tellsOnceWhatHoldsTheSpaceAndOnceWhenThereIsEnoughAgain() throws Exception {
        living.put("small", List.of(host.playground.filledDir("blockmgr-1")));
        LocalDir large = host.playground.filledDir("blockmgr-2");
        Files.writeString(large.path().resolve("0a/big"), "x".repeat(4096));
        living.put("large", List.of(large, host.playground.dir("blockmgr-gone")));
        host.old("blockmgr-orphan");
        host.orphans.search();
        fill(4.9);
        look();
        look();
        assertThat(log.lines())
                .containsExactly("WARN Short of space: 50.2 MiB of 1.0 GiB are free under " + host.playground.root
                        + " and " + otherRoot
                        + " (expected: 5 %). Nothing is to be deleted there. What else holds space"
                        + " there: application large 4.6 KiB, application small 600 B; orphans 600 B in 1 dir.");
        assertThat(shortRoots()).isEqualTo(2);
        fill(6.3);
        look();
        look();
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .isEqualTo("INFO Enough space again: 64.5 MiB of 1.0 GiB are free under " + host.playground.root
                        + " and " + otherRoot);
        assertThat(shortRoots()).isZero();
        // Living applications and reported orphans are as they were.
        assertThat(host.left()).containsExactlyInAnyOrder("blockmgr-1", "blockmgr-2", "blockmgr-orphan");
    }

    @ParameterizedTest
    @CsvSource({"4.9, true", "5.0, true", "6.2, true", "6.3, false"})
    void isOverOnlyWithAQuarterMoreThanTheLimit(double percent, boolean isShort) {
        fill(4.9);
        look();
        fill(percent);
        look();
        assertThat(shortRoots()).isEqualTo(isShort ? 2 : 0);
        assertThat(log.lines()).hasSize(isShort ? 1 : 2);
    }

    @Test
    void tellsAgainOfASecondTime() {
        for (int i = 0; i < 2; i++) {
            fill(1);
            look();
            fill(50);
            look();
        }
        assertThat(log.lines()).hasSize(4);
    }

    @Test
    void namesOnlyTheLargestApplications() throws Exception {
        for (int i = 0; i < 7; i++) {
            living.put("app-" + i, List.of(host.playground.filledDir("blockmgr-" + i)));
        }
        living.put("elsewhere", List.of(new LocalDir(Path.of("/elsewhere"), Path.of("/elsewhere/blockmgr-1"))));
        fill(1);
        look();
        assertThat(log.lines()).singleElement().asString().contains(", 2 more 1.2 KiB; no orphans.");
    }

    @Test
    void namesTheLargestAndAllThatAreKeptByHand() throws Exception {
        for (int i = 1; i <= 8; i++) {
            LocalDir dir = host.playground.filledDir("blockmgr-" + i);
            Files.writeString(dir.path().resolve("0a/big"), "x".repeat(9 * 1024 - i * 1024));
            living.put("app-" + i, List.of(dir));
        }
        kept.addAll(List.of("app-2", "app-7"));
        fill(1);
        look();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains(
                        "application app-1 8.6 KiB, application app-2 (kept by hand) 7.6 KiB, application app-3 6.6 KiB,"
                                + " application app-4 5.6 KiB, application app-5 4.6 KiB, application app-7 (kept by hand)"
                                + " 2.6 KiB, 2 more 5.2 KiB");
    }

    @Test
    void doesNotMeasureForEver() throws Exception {
        living.put("a", List.of(host.playground.filledDir("blockmgr-1")));
        living.put("b", List.of(host.playground.filledDir("blockmgr-2")));
        DiskPressureReport report = new DiskPressureReport(
                PERCENT,
                () -> {
                    time.pass(Duration.ofMinutes(1));
                    return living;
                },
                () -> kept,
                Map::of,
                time);
        report.begins(space(1, 0), Set.of(host.playground.root), new PendingRemovals(0, 0));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("no application that lives", "Not all was measured within 30 s");
    }

    @Test
    void saysNothingOfBytesThatAreNotKnownYet() {
        DiskPressureReport report = new DiskPressureReport(PERCENT, () -> living, () -> kept, Map::of, time);
        report.begins(space(1, 0), Set.of(host.playground.root), new PendingRemovals(1, 0));
        assertThat(log.lines()).singleElement().asString().contains("To be deleted there, at once: 1 dir. What else");
    }

    @Test
    void looksAtEachFileSystemByItself() {
        free(otherRoot, 2, 50);
        look();
        free(host.playground.root, 1, 1);
        look();
        assertThat(shortRoots()).isEqualTo(1);
        assertThat(log.lines()).singleElement().asString().doesNotContain(otherRoot.toString());
        assertThat(host.isHurried(host.playground.root)).isTrue();
        assertThat(host.isHurried(otherRoot)).isFalse();
    }

    @Test
    void isNotMisledByARootThatIsNotThere() {
        spaces.remove(otherRoot);
        free(host.playground.root, 1, 1);
        look();
        assertThat(shortRoots()).isPositive();
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void deletesAtOnceWhatWaits() throws Exception {
        LocalDir dir = host.playground.filledDir("blockmgr-1");
        // It fails, so that it waits for another try.
        Path obstacle = Files.createFile(host.playground.root.resolve("going-blockmgr-1"));
        LocalDir reading = host.playground.filledDir("blockmgr-2");
        host.reading.add("reading");
        remove("app", dir);
        remove("reading", reading);
        Files.delete(obstacle);
        assertThat(host.left()).contains("going-blockmgr-2", "going-2-blockmgr-1");
        fill(1);
        look();
        // Files that are being read stay all the same.
        assertThat(host.left()).containsExactly("going-blockmgr-2");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("To be deleted there, at once: 2 dirs with at least 1.2 KiB.");
    }

    private void remove(String appId, LocalDir dir) throws Exception {
        StoredRemoval intent = new StoredRemoval(dir, appId, null);
        host.store.removeApplication(appId, List.of(intent)).get();
        host.reclaimer.reclaim(List.of(intent));
    }

    @Test
    void doesNotRestWhileItHurries() throws Exception {
        int[] rests = new int[1];
        host.beforeEachFile = () -> rests[0]++;
        remove("app", host.playground.filledDir("blockmgr-1"));
        assertThat(rests[0]).isPositive();
        fill(1);
        look();
        rests[0] = 0;
        remove("app", host.playground.filledDir("blockmgr-2"));
        assertThat(rests[0]).isZero();
        fill(50);
        look();
        remove("app", host.playground.filledDir("blockmgr-3"));
        assertThat(rests[0]).isPositive();
        assertThat(host.left()).isEmpty();
    }

    private void fill(double percent) {
        spaces.replaceAll((root, space) -> space(space.device(), percent));
    }

    private int shortRoots() {
        return (Integer) Objects.requireNonNull(metrics.getGauges().get("shuffleService.cleanup.rootsShortOfSpace"))
                .getValue();
    }

    @ParameterizedTest
    @CsvSource({"50, 49, true", "50, 50, false", "1, 1000, true"})
    void isShortOfWhatThereIsLessOf(double percentOfBytes, long inodes, boolean isShort) {
        spaces.replaceAll((root, space) -> space(1, percentOfBytes, new FileSystemUsage.Inodes(inodes, 1000)));
        look();
        assertThat(shortRoots()).isEqualTo(isShort ? 2 : 0);
        assertThat(log.lines()).hasSize(isShort ? 1 : 0);
        assertThat(host.isHurried(host.playground.root)).isEqualTo(isShort);
    }

    @Test
    void namesWhichOfTheTwoIsShort() {
        spaces.replaceAll((root, space) -> space(1, 50, new FileSystemUsage.Inodes(9, 1000)));
        look();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith(
                        "WARN Short of space: 9 of 1000 inodes, which is how many files there may be, are free under ");
        spaces.replaceAll((root, space) -> space(1, 70, new FileSystemUsage.Inodes(400, 1000)));
        look();
        assertThat(log.lines()).last().asString().startsWith("INFO Enough space again: 400 of 1000 inodes");
    }

    @Test
    void doesNotTakeAFileSystemWithoutALimitOfInodesForOneWithoutInodes() {
        spaces.replaceAll((root, space) -> space(1, 50, new FileSystemUsage.Inodes(0, 0)));
        look();
        assertThat(log.lines()).isEmpty();
    }
}
