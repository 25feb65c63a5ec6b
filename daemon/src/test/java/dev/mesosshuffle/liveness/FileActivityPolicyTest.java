package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 3 for files that change while nobody asks for any, whatever the wall clock does. */
final class FileActivityPolicyTest extends MonitoredApplications {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private LocalDir dir;

    @BeforeEach
    void registerFiles() throws Exception {
        dir = fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        // Of the registration's own sign of life nothing is left then.
        fixture.pass(TIMEOUT);
        monitor.heartbeat(APP, connection);
        end(CloseReason.CLOSED_BY_PEER);
    }

    @Test
    void expiresWhatDidNotChangeForOneTimeout() throws Exception {
        fixture.changed(dir, TIMEOUT);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireWhatChangedWithinTheTimeout() throws Exception {
        fixture.changed(dir, TIMEOUT.plus(SECOND));
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
        assertThat(fixture.count("deferrals.files")).isEqualTo(1);
        fixture.pass(SECOND.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireAnOrphanWhoseFilesChangedWithinItsTimeout() throws Exception {
        LocalDir orphans = fixture.registerExecutor("orphan", "0");
        fixture.check();
        Duration before = Duration.ofNanos(fixture.time.get() - LivenessFixture.TIME_START);
        fixture.changed(orphans, before.plusHours(20));
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT);
        fixture.assertAlive("orphan");
        fixture.pass(Duration.ofHours(20).minus(MS));
        fixture.assertAlive("orphan");
        fixture.pass(MS);
        fixture.assertOver("orphan");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100_000})
    void aClockThatWasSetForwardHidesNoChange(long hours) throws Exception {
        fixture.pass(TIMEOUT.minus(SECOND));
        fixture.changed(dir, TIMEOUT.multipliedBy(2).minus(SECOND));
        fixture.wallShift = Duration.ofHours(hours).toMillis();
        fixture.pass(SECOND);
        fixture.assertAlive(APP);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100_000})
    void aClockThatWasSetBackKeepsNothingForLong(long hours) throws Exception {
        fixture.wallShift = -Duration.ofHours(hours).toMillis();
        fixture.changed(dir, TIMEOUT.plusDays(10_000));
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireWhatGoesOnChangingInTheFuture() throws Exception {
        for (int i = 1; i < 20; i++) {
            fixture.changed(dir, Duration.ofDays(10_000 + i));
            fixture.pass(TIMEOUT);
            fixture.assertAlive(APP);
        }
    }

    @Test
    void aTimeInTheFutureHidesNoLaterChange() throws Exception {
        LocalDir other = fixture.registerExecutor(APP, "1");
        fixture.changed(other, Duration.ofDays(10_000));
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
        fixture.changed(dir, TIMEOUT.multipliedBy(2).plus(SECOND));
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
        fixture.pass(SECOND);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireAnythingOnADiskThatCannotBeLookedAt() throws Exception {
        fixture.disksFull = true;
        fixture.pass(TIMEOUT.multipliedBy(10));
        fixture.assertAlive(APP);
        fixture.disksFull = false;
        fixture.assertOver(APP);
    }
}
