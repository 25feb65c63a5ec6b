package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.ScarceLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever memory runs out for costs a check, and neither a removal nor an application. */
final class ScarceMemoryExpiryTest extends MonitoredApplications {
    private LocalDir dir;

    @BeforeEach
    void registerAnApplicationThatIsOver() throws Exception {
        dir = fixture.registerExecutor(APP, "0");
        fixture.check();
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @Test
    void deletesTheDirsIfThereWasNoMemoryForAnythingElseThatFollows() throws Exception {
        fixture.isScarceOnce.set(true);
        fixture.assertOver(APP);
        assertThat(fixture.removedDirs).isEmpty();
        fixture.check();
        assertThat(fixture.removedDirs).containsExactly(dir);
        fixture.awaitEmptyRoot();
        assertThat(fixture.count("expiries")).isEqualTo(1);
    }

    @Test
    void restoresWhatCannotBeRemovedIfThereWasNoMemoryToReportThat() throws Exception {
        fixture.breakRemovals(true);
        try (ScarceLog scarce = ScarceLog.of(ExpiredApplicationRemover.class)) {
            fixture.check();
            assertThat(scarce.isUsed()).isTrue();
        }
        assertThat(fixture.gauge("applications.removing")).isEqualTo(1L);
        fixture.assertAlive(APP);
        assertThat(fixture.registry.executorCount(APP)).isEqualTo(1);
        fixture.breakRemovals(false);
        fixture.assertOver(APP);
        fixture.awaitEmptyRoot();
    }

    @Test
    void takesBackWhatThereWasNoMemoryToDecide() throws Exception {
        try (ScarceLog scarce = ScarceLog.of(TransitionReporter.class)) {
            fixture.check();
            assertThat(scarce.isUsed()).isTrue();
        }
        assertThat(fixture.gauge("applications.removing")).isEqualTo(0L);
        assertThat(fixture.registry.applications()).containsExactly(APP);
        fixture.assertOver(APP);
        fixture.awaitEmptyRoot();
    }

    @Test
    void scansAgainIfThereWasNoMemoryToReportThatAScanHadNoConsequence() throws Exception {
        List<Runnable> scan = new ArrayList<>();
        fixture.diskTasks = scan;
        fixture.check();
        fixture.changed(dir, LivenessFixture.ORPHAN_TIMEOUT);
        fixture.brokenApp = APP;
        try (ScarceLog scarce = ScarceLog.of(ExpiryCheck.class)) {
            scan.forEach(Runnable::run);
            assertThat(scarce.isUsed()).isTrue();
        }
        fixture.brokenApp = null;
        fixture.diskTasks = null;
        fixture.assertAlive(APP);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.plus(Duration.ofHours(1)));
        fixture.assertOver(APP);
    }
}
