package dev.mesosshuffle.orphans;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators read about orphans, and how often. */
final class OrphanReporterTest {
    private final LogCapture log = LogCapture.ofPackages(OrphanScanner.class);

    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.DELETE);
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
        log.close();
    }

    @Test
    void onlyReportsInReportMode() throws Exception {
        host.restart(OrphanMode.REPORT);
        host.old("blockmgr-1");
        host.scanner.scan();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.gauge("orphans.dirs")).isEqualTo(1);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("INFO Orphans under", "1 dir with 600 B (blockmgr-1)", "orphans=delete");

        host.old("blockmgr-2");
        host.scanner.scan();
        assertThat(log.lines()).hasSize(2).last().asString().contains("2 dirs with 1.2 KiB");
    }

    @Test
    void logsOnceThatARootCannotBeScannedAndOnceThatItWas() throws Exception {
        Path elsewhere = host.localDirs.root.resolveSibling("elsewhere");
        Path other = Files.createDirectory(temp.toRealPath().resolve("other"));
        LocalDirPolicy policy = LocalDirPolicy.of(List.of(other), new MetricRegistry());
        OrphanScanner orphans = new OrphanScanner(
                OrphanMode.REPORT,
                policy,
                host.orphanPolicy,
                host.reclaimer,
                () -> 0,
                DirectRootExecutors.unlimited(),
                new MetricRegistry());
        Files.move(other, elsewhere);
        orphans.scan();
        orphans.scan();
        assertThat(log.lines()).singleElement().asString().startsWith("WARN Root " + other + " cannot be scanned");
        Files.move(elsewhere, other);
        orphans.scan();
        orphans.scan();
        assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO Root " + other + " was scanned");
        orphans.close();
    }

    @Test
    void tellsTheAgeOfTheLastScan() throws Exception {
        MetricRegistry metrics = new MetricRegistry();
        AtomicLong now = new AtomicLong();
        OrphanReporter reporter = OrphanReporter.in(metrics, now::get);
        Gauge<?> age = Objects.requireNonNull(metrics.getGauges().get("shuffleService.orphans.lastScanSeconds"));
        assertThat(age.getValue()).isEqualTo(-1L);

        reporter.scanned(Path.of("/a"));
        now.addAndGet(TimeUnit.SECONDS.toNanos(90));
        reporter.scanned(Path.of("/b"));
        assertThat(age.getValue()).isEqualTo(90L);

        reporter.scanned(Path.of("/a"));
        assertThat(age.getValue()).isEqualTo(0L);
    }

    @Test
    void tellsTheAgeOfARootThatIsNeverScannedFromTheTimeThatItIsDue() throws Exception {
        Path other = Files.createDirectory(temp.toRealPath().resolve("other"));
        MetricRegistry metrics = new MetricRegistry();
        AtomicLong now = new AtomicLong();
        OrphanScanner orphans = new OrphanScanner(
                OrphanMode.REPORT,
                LocalDirPolicy.of(List.of(other), new MetricRegistry()),
                host.orphanPolicy,
                host.reclaimer,
                now::get,
                DirectRootExecutors.unlimited(),
                metrics);
        Gauge<?> age = Objects.requireNonNull(metrics.getGauges().get("shuffleService.orphans.lastScanSeconds"));
        Path elsewhere = Files.move(other, other.resolveSibling("elsewhere"));
        assertThat(age.getValue()).isEqualTo(-1L);

        orphans.scan();
        assertThat(age.getValue()).isEqualTo(0L);
        now.addAndGet(TimeUnit.HOURS.toNanos(7));
        orphans.scan();
        assertThat(age.getValue()).isEqualTo(TimeUnit.HOURS.toSeconds(7));

        Files.move(elsewhere, other);
        orphans.scan();
        assertThat(age.getValue()).isEqualTo(0L);
        orphans.close();
    }

    @Test
    void logsOnceThatThereAreNoneAnyMore() throws Exception {
        host.restart(OrphanMode.REPORT);
        LocalDir dir = host.old("blockmgr-1");
        host.scanner.scan();
        host.register(host.store, dir).get();
        host.scanner.scan();
        host.scanner.scan();
        assertThat(log.lines()).hasSize(2).last().asString().contains("No orphans under");
        assertThat(host.gauge("orphans.dirs")).isEqualTo(0);
        assertThat(host.gauge("orphans.bytes")).isEqualTo(0L);
    }

    @Test
    void logsNothingWhereNothingIsFound() throws Exception {
        host.scanner.scan();
        // Nor of what it cannot see, where nothing depends on it.
        host.proc.namespace("pid", "pid:[1]");
        host.register(host.store, host.old("blockmgr-1")).get();
        host.scanner.scan();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void namesOnlySomeOfMany() throws Exception {
        host.restart(OrphanMode.REPORT);
        for (int i = 0; i < 8; i++) {
            host.old("blockmgr-" + i);
        }
        host.scanner.scan();
        assertThat(log.lines()).singleElement().asString().contains("8 dirs with 4.7 KiB", " and 3 more)");
    }

    @Test
    void logsTheVisibilityGapOnce() throws Exception {
        host.proc.namespace("pid", "pid:[1]");
        host.old("blockmgr-1");
        host.scanner.scan();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("Only directories that have not changed since the host's boot count as orphans");
    }

    @Test
    void deletesNothingWhileARegistryCannotBeReadAndLogsItOnce() throws Exception {
        host.old("blockmgr-1");
        Path garbage = Files.writeString(host.stateDir.resolve("registry-1.db"), "no database, but long enough");
        host.scanner.scan();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN No directory counts as an orphan")
                .contains(garbage.toString());

        Files.delete(garbage);
        host.scanner.scan();
        assertThat(host.left()).isEmpty();

        Files.writeString(garbage, "no database, but long enough");
        host.scanner.scan();
        assertThat(log.lines()).last().asString().startsWith("WARN No directory counts as an orphan");
    }
}
