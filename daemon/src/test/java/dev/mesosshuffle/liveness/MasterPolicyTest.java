package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 4, from both sides: what the master says, and what counts if it says nothing. */
final class MasterPolicyTest extends MonitoredApplications {
    private static final Duration CHECK = Duration.ofSeconds(30);

    /** Several of the rarest checks. */
    private static final Duration RARE = Duration.ofHours(4);

    private final ScriptedMaster master = new ScriptedMaster();

    @BeforeEach
    void askTheMaster() throws Exception {
        fixture.close();
        fixture = new LivenessFixture(temp, LivenessFixture.ORPHAN_TIMEOUT, true, master);
        monitor = fixture.monitor;
    }

    @Test
    void removesWhatTheMasterListsAsCompleted() throws Exception {
        endDriver();
        master.completed.add(APP);
        assertOverWithin(MasterPoller.FIRST_WITHIN);
        assertThat(fixture.log("expired")).singleElement().asString().contains("lists it as completed");
    }

    @Test
    void keepsWhatTheMasterListsAndRemovesItOnceItDoesNot() throws Exception {
        endDriver();
        master.frameworks.add(APP);
        assertAliveFor(Duration.ofDays(2));
        assertThat(fixture.count("deferrals.master")).isEqualTo(1);
        assertThat(fixture.log("but stays: the Mesos master lists it as alive")).hasSize(1);
        // Asked again and again, but with backoff.
        assertThat(master.polls).isBetween(4 * 48, 8 * 48 + 10);

        master.frameworks.clear();
        master.completed.add(APP);
        assertOverWithin(MasterPoller.MAX_BACKOFF);
    }

    @Test
    void doesNotAskForWhatIsHeardOnceItIsListed() throws Exception {
        registerDriver(TIMEOUT);
        master.frameworks.add(APP);
        for (int i = 0; i < 200; i++) {
            monitor.heartbeat(APP, connection);
            fixture.pass(CHECK);
            fixture.check();
        }
        assertThat(master.polls).isEqualTo(1);
    }

    @Test
    void removesWhatIsAbsentInTwoAnswersFiveMinutesApart() throws Exception {
        beListed();
        master.frameworks.clear();
        endDriver();
        assertAliveFor(FrameworkStatus.CONFIRM_AFTER);
        assertOverWithin(Duration.ofMinutes(10));
        assertThat(fixture.log("expired")).singleElement().asString().contains("no longer lists it");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 15, 60})
    void countsAbsencesHoweverRareItsChecksAre(int minutes) throws Exception {
        Duration interval = Duration.ofMinutes(minutes);
        registerDriver(TIMEOUT);
        master.frameworks.add(APP);
        monitor.setCheckInterval(interval);
        for (Duration passed = Duration.ZERO; passed.compareTo(RARE) < 0; passed = passed.plus(interval)) {
            fixture.pass(interval);
            monitor.heartbeat(APP, connection);
            fixture.assertAlive(APP);
        }
        end(CloseReason.CLOSED_LOCALLY);
        master.frameworks.clear();
        for (Duration passed = Duration.ZERO; passed.compareTo(RARE) < 0; passed = passed.plus(interval)) {
            fixture.pass(interval);
            fixture.check();
        }
        // Long before the orphan timeout.
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void remembersThatItWasListedWhenItsDriverRegistersAgain() throws Exception {
        beListed();
        registerDriver(TIMEOUT);
        master.frameworks.clear();
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        assertAliveFor(FrameworkStatus.CONFIRM_AFTER);
        assertOverWithin(Duration.ofMinutes(10));
    }

    @Test
    void asksAnewAboutWhatIsReleased() throws Exception {
        restore();
        monitor.applicationAdmin().keep(APP).get(1, TimeUnit.MINUTES);
        master.completed.add(APP);
        assertAliveFor(MasterPoller.MAX_ROUTINE_INTERVAL.plus(CHECK));
        master.completed.clear();
        master.frameworks.add(APP);
        monitor.applicationAdmin().release(APP).get(1, TimeUnit.MINUTES);
        assertAliveFor(Duration.ofHours(2));
    }

    @Test
    void doesNotCountTheAbsenceOfWhatWasNeverListed() throws Exception {
        endDriver();
        assertAliveFor(LivenessFixture.MASTER_TIMEOUT.minus(CHECK));
        assertOverWithin(CHECK.multipliedBy(2));
    }

    @Test
    void doesNotCountAbsencesOfALeaderThatWasJustElected() throws Exception {
        beListed();
        master.frameworks.clear();
        master.leadsFor = FrameworkSnapshot.VIEW_COMPLETE_AFTER;
        endDriver();
        assertAliveFor(Duration.ofMinutes(40));
        master.leadsFor = FrameworkSnapshot.VIEW_COMPLETE_AFTER.plusSeconds(1);
        assertOverWithin(Duration.ofMinutes(15));
    }

    @Test
    void doesNotCountAbsencesOfALeaderThatDoesNotSayForHowLongItLeads() throws Exception {
        beListed();
        master.frameworks.clear();
        master.leadsFor = null;
        endDriver();
        assertAliveFor(Duration.ofMinutes(50));
    }

    @ParameterizedTest
    @EnumSource(MasterUnavailableException.Reason.class)
    void goesByTheOtherRulesAloneIfTheMasterDoesNotAnswerForLong(MasterUnavailableException.Reason failure)
            throws Exception {
        master.failure = failure;
        endDriver();
        assertAliveFor(LivenessFixture.MASTER_TIMEOUT);
        assertThat(fixture.log("WARN"))
                .singleElement()
                .asString()
                .contains("cannot be polled", "failed for a test", "60 min");
        assertThat(fixture.count("master.failures." + failure.metric())).isGreaterThan(10);
        assertOverWithin(CHECK.multipliedBy(2));
        assertThat(fixture.log("expired")).singleElement().asString().contains("gave no usable response");
    }

    @Test
    void asksAMasterThatDidNotAnswerOnceMoreBeforeItGivesUpOnIt() throws Exception {
        master.failure = MasterUnavailableException.Reason.UNREACHABLE;
        endDriver();
        assertAliveFor(LivenessFixture.MASTER_TIMEOUT.minusMinutes(3));
        // After a question that is not answered, the next one is some minutes away.
        int before = master.polls;
        while (master.polls == before) {
            assertAliveFor(CHECK);
        }
        master.failure = null;
        master.frameworks.add(APP);
        assertAliveFor(Duration.ofHours(2));
    }

    @Test
    void waitsAnewIfTheMasterSaidThatItLivesAndThenDoesNotAnswer() throws Exception {
        endDriver();
        master.frameworks.add(APP);
        assertAliveFor(Duration.ofHours(3));
        master.failure = MasterUnavailableException.Reason.UNREACHABLE;
        assertAliveFor(LivenessFixture.MASTER_TIMEOUT);
        assertOverWithin(MasterPoller.MAX_BACKOFF.plus(CHECK));
    }

    @Test
    void tellsWhenTheMasterAnswersAgain() throws Exception {
        master.failure = MasterUnavailableException.Reason.UNREACHABLE;
        endDriver();
        assertAliveFor(Duration.ofMinutes(10));
        master.failure = null;
        master.completed.add(APP);
        assertOverWithin(MasterPoller.MAX_RETRY_DELAY.plus(CHECK));
        assertThat(fixture.log("responds again")).hasSize(1);
    }

    @Test
    void revivesWhatWaitsForTheMasterByAHeartbeat() throws Exception {
        master.failure = MasterUnavailableException.Reason.UNREACHABLE;
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.assertAlive(APP);
        assertThat(fixture.gauge("applications.waitingForMaster")).isEqualTo(1L);
        monitor.heartbeat(APP, connection);
        assertThat(fixture.gauge("applications.alive")).isEqualTo(1L);
        assertThat(fixture.count("recoveries")).isEqualTo(1);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void removesAnOrphanBeforeItsTimeoutIfTheMasterSaysThatItEnded() throws Exception {
        restore();
        assertAliveFor(Duration.ofHours(1));
        master.completed.add(APP);
        assertOverWithin(MasterPoller.MAX_ROUTINE_INTERVAL.plus(CHECK));
    }

    @Test
    void keepsAnOrphanAfterItsTimeoutIfTheMasterSaysThatItLives() throws Exception {
        restore();
        master.frameworks.add(APP);
        assertAliveFor(LivenessFixture.ORPHAN_TIMEOUT.multipliedBy(2));
    }

    @Test
    void doesNotTakeTheMastersWordAgainstADriverThatIsHeard() throws Exception {
        registerDriver(TIMEOUT);
        master.completed.add(APP);
        for (int i = 0; i < 100; i++) {
            monitor.heartbeat(APP, connection);
            fixture.pass(CHECK);
            fixture.assertAlive(APP);
        }
    }

    @Test
    void doesNotTakeTheMastersWordAgainstFilesInUse() throws Exception {
        restore();
        master.completed.add(APP);
        for (int i = 0; i < 200; i++) {
            monitor.activity(APP);
            fixture.pass(CHECK);
            fixture.assertAlive(APP);
        }
        assertOverWithin(TIMEOUT);
    }

    @Test
    void asksOneQuestionForAll() throws Exception {
        for (int i = 0; i < 100; i++) {
            registerDriver("app-" + i);
            master.completed.add("app-" + i);
        }
        fixture.pass(TIMEOUT.multipliedBy(2));
        for (int i = 0; i < 4; i++) {
            fixture.check();
            fixture.pass(CHECK);
        }
        assertThat(master.polls).isEqualTo(1);
        assertThat(fixture.registry.applications()).isEmpty();
    }

    private void beListed() throws Exception {
        registerDriver(TIMEOUT);
        master.frameworks.add(APP);
        for (int i = 0; i < 50; i++) {
            monitor.heartbeat(APP, connection);
            fixture.pass(CHECK);
            fixture.check();
        }
        assertThat(master.polls).isEqualTo(1);
    }

    private void endDriver() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
    }

    private void assertAliveFor(Duration time) throws Exception {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(CHECK)) {
            fixture.assertAlive(APP);
            fixture.pass(CHECK);
        }
    }

    private void assertOverWithin(Duration time) throws Exception {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) <= 0; passed = passed.plus(CHECK)) {
            fixture.check();
            fixture.pass(CHECK);
        }
        // What the last question brought counts at the check that follows.
        fixture.assertOver(APP);
    }
}
