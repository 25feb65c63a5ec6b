package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A driver missed its heartbeats, its application still stays for another reason, and then it resumes, or its connection
 * ends. A stranger that registered in between must not shorten what the application has then.
 */
final class ExpiredDriverTest extends MonitoredApplications {
    /** The driver expires while a stranger is alive for another millisecond, and the check sees that. */
    private void expireWhileAStrangerLives() throws Exception {
        registerDriver(TIMEOUT);
        expireTheDriverAlone();
    }

    private void expireTheDriverAlone() throws Exception {
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        registerDriver(APP, MS, other, STRANGER);
        fixture.pass(MS);
        fixture.assertAlive(APP);
        assertThat(status().reason()).contains(STRANGER);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
    }

    @Test
    void expiresWithTheStranger() throws Exception {
        expireWhileAStrangerLives();
        fixture.assertOver(APP);
    }

    @Test
    void hasItsOwnTimeoutAgainOnceItResumes() throws Exception {
        expireWhileAStrangerLives();
        monitor.heartbeat(APP, connection);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void cannotExpireByMissedHeartbeatsOnceItIsUnreachable() throws Exception {
        expireWhileAStrangerLives();
        end(CloseReason.CLOSED_LOCALLY);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS.multipliedBy(2)));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void remainsExpiredWhenItClosesItsConnection() throws Exception {
        expireWhileAStrangerLives();
        end(CloseReason.CLOSED_BY_PEER);
        fixture.assertOver(APP);
    }

    @Test
    void leavesItsTimeoutToTheActivityOfItsExecutors() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.RESET);
        expireTheDriverAlone();
        monitor.activity(APP);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void staysStoredWhileOnlyAnUnreachableStrangerIsLeft() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        stranger(CloseReason.CLOSED_LOCALLY);
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
        restart();
        stranger(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
    }

    @Test
    void doesNotReplaceALaterDriverFromItsAddressThatBecomesUnreachable() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2));
        registerDriver(APP, TIMEOUT, other, DRIVER);
        fixture.assertAlive(APP);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_LOCALLY);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    // The same while a scan of its dirs is held up.

    private List<Runnable> expireWhileTheScanIsHeldUp() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2));
        List<Runnable> scan = new ArrayList<>();
        fixture.diskTasks = scan;
        fixture.check();
        assertThat(scan).hasSize(1);
        fixture.diskTasks = null;
        fixture.pass(MS);
        registerDriver(APP, MS, other, STRANGER);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.pass(MS);
        return scan;
    }

    @Test
    void cannotExpireByMissedHeartbeatsOnceItIsUnreachableAfterAScanThatAStrangerRegisteredIn() throws Exception {
        List<Runnable> scan = expireWhileTheScanIsHeldUp();
        scan.forEach(Runnable::run);
        end(CloseReason.CLOSED_LOCALLY);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS.multipliedBy(2)));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void remainsExpiredAfterAScanThatAStrangerRegisteredIn() throws Exception {
        List<Runnable> scan = expireWhileTheScanIsHeldUp();
        scan.forEach(Runnable::run);
        fixture.assertOver(APP);
    }
}
