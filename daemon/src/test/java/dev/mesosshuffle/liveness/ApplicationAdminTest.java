package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mesosshuffle.model.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators want goes before all rules, and survives restarts. */
final class ApplicationAdminTest extends MonitoredApplications {
    private static final Duration ORPHAN_TIMEOUT = LivenessFixture.ORPHAN_TIMEOUT;

    @SuppressWarnings("NullAway.Init") // Before each test.
    private ApplicationAdmin hand;

    @BeforeEach
    void takeInHand() {
        hand = fixture.monitor.applicationAdmin();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }

    // List.

    @Test
    void listsIdsInOrderPageByPage() throws Exception {
        for (String id : List.of("c", "a", "e", "b", "d")) {
            fixture.registerExecutor(id, "0");
        }
        assertThat(hand.ids(null, 2)).containsExactly("a", "b");
        assertThat(hand.ids("b", 2)).containsExactly("c", "d");
        assertThat(hand.ids("bb", 9)).containsExactly("c", "d", "e");
        assertThat(hand.ids("e", 2)).isEmpty();
        assertThat(hand.ids()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void knowsOneThatRegisteredSinceTheLastCheckAndNoOther() throws Exception {
        fixture.registerExecutor("new", "0");
        assertThat(hand.status("new")).isNotNull();
        assertThat(hand.status("other")).isNull();
    }

    // Keep.

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void whatIsKeptIsNeverOver(CloseReason how) throws Exception {
        var dir = fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        await(hand.keep(APP));
        end(how);
        for (int day = 0; day < 3; day++) {
            fixture.pass(ORPHAN_TIMEOUT);
            fixture.assertAlive(APP);
        }
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(fixture.gauge("applications.kept")).isEqualTo(1L);
        assertThat(fixture.count("operatorKeeps")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKeepSurvivesRestarts(boolean inOrder) throws Exception {
        restore();
        await(hand.keep(APP));
        for (int i = 0; i < 3; i++) {
            fixture.restart(inOrder);
            fixture.pass(ORPHAN_TIMEOUT.multipliedBy(2));
            fixture.assertAlive(APP);
        }
        assertThat(fixture.log("Kept by an operator until they are released, as before: app-1"))
                .hasSize(3);
        await(fixture.monitor.applicationAdmin().release(APP));
        fixture.restart(inOrder);
        fixture.pass(ORPHAN_TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void aDriverThatRegistersAnewDoesNotEndAKeep() throws Exception {
        registerDriver(TIMEOUT);
        await(hand.keep(APP));
        registerDriver(TIMEOUT);
        monitor.heartbeat(APP, connection);
        monitor.activity(APP);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(ORPHAN_TIMEOUT);
        fixture.assertAlive(APP);
    }

    @Test
    void aKeepThatComesDuringTheLastLookHolds() throws Exception {
        fixture.close();
        var look = new ArrayList<Runnable>();
        fixture = new LivenessFixture(temp);
        fixture.diskTasks = look;
        monitor = fixture.monitor;
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(ORPHAN_TIMEOUT);
        fixture.check();
        assertThat(look).hasSize(1);
        await(monitor.applicationAdmin().keep(APP));
        look.forEach(Runnable::run);
        fixture.settle();
        fixture.assertAlive(APP);
    }

    @Test
    void keepsAnApplicationThatNoCheckHasSeenYet() throws Exception {
        fixture.registerExecutor(APP, "0");
        await(hand.keep(APP));
        fixture.pass(ORPHAN_TIMEOUT);
        fixture.assertAlive(APP);
    }

    @Test
    void tellsOfAKeepAndOfAReleaseOnce() throws Exception {
        registerDriver(TIMEOUT);
        await(hand.keep(APP));
        await(hand.keep(APP));
        fixture.check();
        await(hand.release(APP));
        fixture.check();
        assertThat(fixture.log().stream().filter(line -> line.contains(" dev.mesosshuffle.liveness.")))
                .extracting(line -> line.substring(line.indexOf(": Application") + 2))
                .containsExactly(
                        "Application app-1 is kept by an operator, and cannot expire until it is released; it was alive.",
                        "Application app-1 was released by an operator, and its timeouts restart: expires in 240 s unless"
                                + " its driver sends a heartbeat.");
        assertThat(fixture.count("operatorKeeps")).isEqualTo(1);
        assertThat(fixture.count("operatorReleases")).isEqualTo(1);
        assertThat(fixture.count("recoveries")).isZero();
    }

    @Test
    void holdsAKeepThatCannotBeStoredAndStoresItWhenAskedAgain() throws Exception {
        restore();
        fixture.keepsFail = true;
        assertThatThrownBy(() -> await(hand.keep(APP))).hasMessageContaining("full for a test");
        fixture.pass(ORPHAN_TIMEOUT);
        fixture.assertAlive(APP);
        assertThat(fixture.store.loadKept()).isEmpty();
        fixture.keepsFail = false;
        await(hand.keep(APP));
        assertThat(fixture.store.loadKept()).containsExactly(APP);
    }

    // Release.

    @Test
    void whatIsReleasedIsOverAfterItsTimeoutAndNotBefore() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        await(hand.keep(APP));
        fixture.pass(ORPHAN_TIMEOUT);
        fixture.check();
        await(hand.release(APP));
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void anOrphanThatIsReleasedHasAllItsTimeBeforeIt() throws Exception {
        restore();
        await(hand.keep(APP));
        fixture.pass(ORPHAN_TIMEOUT.multipliedBy(2));
        fixture.check();
        await(hand.release(APP));
        fixture.pass(ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void refusesToReleaseWhatIsNotKept() throws Exception {
        registerDriver(TIMEOUT);
        assertThatThrownBy(() -> hand.release(APP))
                .isInstanceOf(OperationRefusedException.class)
                .hasMessage("application app-1 is not kept");
        assertThat(fixture.count("operatorReleases")).isZero();
    }

    // Remove.

    @Test
    void whatIsRemovedGoesTheWayOfEveryEnd() throws Exception {
        fixture.registerExecutor(APP, "0");
        fixture.registerExecutor(APP, "1");
        registerDriver(TIMEOUT);
        assertThat(await(hand.remove(APP))).isEqualTo(2);
        assertThat(fixture.registry.applications()).isEmpty();
        fixture.awaitEmptyRoot();
        assertThat(fixture.removedDirs).hasSize(2);
        assertThat(fixture.count("expiries")).isEqualTo(1);
        assertThat(fixture.count("operatorRemovals")).isEqualTo(1);
        assertThat(fixture.log("Application app-1"))
                .extracting(line -> line.substring(line.indexOf(": Application") + 2))
                .containsExactly(
                        "Application app-1 expired: an operator removed it; it was alive.",
                        "Application app-1 removed, cleanupLocalDirs = true");
        monitor.heartbeat(APP, connection);
        assertThat(fixture.log("WARN")).singleElement().asString().contains("which was removed, by an operator");
    }

    @Test
    void refusesToRemoveWhatIsKept() throws Exception {
        var dir = fixture.registerExecutor(APP, "0");
        await(hand.keep(APP));
        assertThatThrownBy(() -> hand.remove(APP))
                .isInstanceOf(OperationRefusedException.class)
                .hasMessage("application app-1 is kept by an operator (expected: to be released before it is removed)");
        fixture.settle();
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(fixture.count("operatorRemovals")).isZero();

        await(hand.release(APP));
        assertThat(await(hand.remove(APP))).isEqualTo(1);
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void anApplicationWhoseRemovalCannotBePersistedStandsWhereItStood() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        fixture.breakRemovals(true);
        CompletableFuture<Integer> removal = hand.remove(APP);
        assertThatThrownBy(() -> await(removal)).hasMessageContaining("broken for a test");
        fixture.assertAlive(APP);
        assertThat(fixture.gauge("applications.alive")).isEqualTo(1L);
        assertThat(fixture.log("WARN")).isEmpty();

        fixture.breakRemovals(false);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
        assertThat(fixture.log("timed out")).hasSize(1);
    }

    @Test
    void refusesWhatIsGoing() throws Exception {
        fixture.registerExecutor(APP, "0");
        fixture.whileTheStoreWaits(() -> {
            assertThat(hand.applications()).hasSize(1);
            try {
                var unused = hand.remove(APP);
            } catch (OperationRefusedException e) {
                throw new AssertionError(e);
            }
            for (var action : List.<Action>of(hand::keep, hand::release, hand::remove)) {
                assertThatThrownBy(() -> action.on(APP))
                        .isInstanceOf(OperationRefusedException.class)
                        .hasMessage("application app-1 expired and is being removed");
            }
            assertThat(hand.applications())
                    .extracting(ApplicationStatus::state, ApplicationStatus::reason)
                    .containsExactly(tuple("removing", "expired"));
        });
    }

    private interface Action {
        CompletableFuture<?> on(String appId) throws OperationRefusedException;
    }

    @Test
    void refusesWhatIsNotKnownAndNamesWhatIsSimilar() throws Exception {
        registerDriver(APP);
        registerDriver("app-2");
        for (var action : List.<Action>of(hand::keep, hand::release, hand::remove)) {
            assertThatThrownBy(() -> action.on("stranger"))
                    .isInstanceOf(OperationRefusedException.class)
                    .hasMessage(
                            "application stranger is not registered here (expected: one of those that \"apps\" lists)");
            assertThatThrownBy(() -> action.on("app"))
                    .hasMessage("application app is not registered here (expected: app-1 or app-2)");
        }
    }

    // What is listed.

    @Test
    void listsEachApplicationWithItsReasonAndWhatWillHappen() throws Exception {
        registerDriver(APP);
        registerDriver("app-2");
        await(hand.keep("app-2"));
        fixture.pass(Duration.ofSeconds(121));
        fixture.registerExecutor("app-3", "0");
        assertThat(hand.applications())
                .containsExactly(
                        new ApplicationStatus(
                                "app-1",
                                "unresponsive",
                                "its driver at /10.0.0.1:1 sent its last heartbeat 121 s ago, and its connection is open",
                                "expires in 119 s unless its driver sends a heartbeat",
                                Duration.ofSeconds(121),
                                Duration.ofSeconds(121),
                                Duration.ofSeconds(119)),
                        new ApplicationStatus(
                                "app-2",
                                "kept",
                                "kept by an operator",
                                "stays until it is released",
                                Duration.ofSeconds(121),
                                Duration.ofSeconds(121),
                                null),
                        new ApplicationStatus(
                                "app-3",
                                "driverless",
                                "its driver has not registered since this daemon started",
                                "expires in 24 h unless its files are used",
                                Duration.ZERO,
                                null,
                                Duration.ofHours(24)));
    }

    @Test
    void reportsADeferralWithItsTime() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(Duration.ofSeconds(10)));
        monitor.activity(APP);
        fixture.pass(Duration.ofSeconds(20));
        fixture.check();
        assertThat(hand.applications())
                .extracting(ApplicationStatus::state, ApplicationStatus::reason, ApplicationStatus::nextStep)
                .containsExactly(tuple(
                        "deferred",
                        "its files were in use within the last 120 s",
                        "expires in 100 s unless its files are used again"));
    }
}
