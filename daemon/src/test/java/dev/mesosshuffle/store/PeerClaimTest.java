package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two services on one host: what an application at one port owns, nobody registers at the other. */
class PeerClaimTest {
    private static final int OTHER_PORT = StoreFixture.PORT + 1;
    private static final String UUID = "0b1c2d3e-0123-4567-89ab-cdef01234567";
    private static final int ROUNDS = 400;

    @TempDir
    private Path temp;

    private StateStore own;
    private StateStore other;

    @BeforeEach
    void open() throws Exception {
        own = open(StoreFixture.PORT);
        other = open(OTHER_PORT);
    }

    private StateStore open(int port) throws StoreException {
        // The list of registries is never cached.
        long[] now = new long[1];
        PeerDatabases others =
                new PeerDatabases(StoreFiles.of(temp, port).database(), List.of(temp), () -> now[0] += 2_000_000_000L);
        return StateStore.open(temp, port, StoreFixture.CLOCK, new MetricRegistry(), others);
    }

    @AfterEach
    void close() {
        own.close();
        other.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1/blockmgr-1", "spark-1", "spark-1/blockmgr-1/blockmgr-2"})
    void refusesWhatAnApplicationAtAnotherPortOwnsAndWhatLiesInsideOrAboveIt(String claim) throws Exception {
        await(put(other, executor("app-1", "1", "spark-1/blockmgr-1")));

        assertThat(awaitFailure(put(own, executor("app-2", "1", claim))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("/data/spark-1/blockmgr-1 belongs to application app-1")
                .hasMessageContaining("port " + OTHER_PORT);
        assertThat(own.load().applications()).isEmpty();
        assertThat(own.load().localDirs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1/blockmgr-10", "spark-10", "blockmgr-1"})
    void registersDirsWithSimilarPaths(String claim) throws Exception {
        await(put(other, executor("app-1", "1", "spark-1/blockmgr-1")));

        await(put(own, executor("app-2", "1", claim)));
    }

    @Test
    void refusesWhatIsStillToBeDeletedAtAnotherPortUntilItIs() throws Exception {
        await(other.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));

        assertThat(awaitFailure(put(own, executor("app-1", "1", "blockmgr-1"))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("/data/blockmgr-1 is being removed with application app-1 by another");
        await(other.deleteRemoval(StoreFixture.dir("blockmgr-1")));
        await(put(own, executor("app-1", "1", "blockmgr-1")));
    }

    @Test
    void refusesTheSameDirUnderAnotherPath() throws Exception {
        await(put(other, executor("app-1", "1", "blockmgr-" + UUID)));
        LocalDir elsewhere = new LocalDir(Path.of("/mnt"), Path.of("/mnt/blockmgr-" + UUID));
        RegisteredExecutor claim = new RegisteredExecutor(
                new AppExecId("app-2", "1"),
                new ExecutorShuffleInfo(List.of(elsewhere.path().toString()), 64, "a.ShuffleManager"),
                List.of(elsewhere));

        assertThat(awaitFailure(put(own, claim))).isInstanceOf(DirConflictException.class);
    }

    @Test
    void registersTheSameApplicationAtBothPorts() throws Exception {
        await(put(other, executor("app-1", "1", "blockmgr-1")));
        await(put(own, executor("app-1", "2", "blockmgr-1")));
    }

    @Test
    void doesNotAskForWhatItsApplicationHasAlready() throws Exception {
        await(put(own, executor("app-1", "1", "blockmgr-1")));
        other.close();
        // As no service would write it.
        try (Connection file = DriverManager.getConnection("jdbc:sqlite:" + file(OTHER_PORT))) {
            StoreFixture.execute(file, "INSERT INTO local_dirs VALUES ('app-9', '/data/blockmgr-1', '/data', 2)");
        }

        await(put(own, executor("app-1", "1", "blockmgr-1")));
        assertThat(awaitFailure(put(own, executor("app-1", "2", "blockmgr-1/blockmgr-2"))))
                .isInstanceOf(DirConflictException.class);
    }

    @Test
    void registersTheOthersOfAGroupInWhichOneIsRefused() throws Exception {
        await(put(other, executor("app-1", "1", "blockmgr-1")));
        List<CompletableFuture<Void>> good = new ArrayList<>();
        List<CompletableFuture<Void>> bad = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            good.add(put(own, executor("app-2", "" + i, "blockmgr-good-" + i)));
            bad.add(put(own, executor("app-3", "" + i, "blockmgr-1")));
        }
        for (int i = 0; i < 50; i++) {
            await(good.get(i));
            assertThat(awaitFailure(bad.get(i))).isInstanceOf(DirConflictException.class);
        }
        assertThat(own.load().executors()).hasSize(50);
    }

    @Test
    void registersAllTheSameWhereTheOtherRegistryIsGarbageAndSaysSoOnce() throws Exception {
        Path garbage =
                Files.writeString(temp.resolve("registry-1.db"), "no database at all, but long enough".repeat(99));
        try (LogCapture log = LogCapture.named("dev.mesosshuffle.store", "dev.mesosshuffle.peers")) {
            await(put(own, executor("app-1", "1", "blockmgr-1")));
            await(put(own, executor("app-1", "2", "blockmgr-2")));

            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN Reading the registry " + garbage.toRealPath() + " of another port fails: ")
                    .contains("nothing of expired applications is deleted until it can");
            Files.delete(garbage);
        }
    }

    @Test
    void registersAllTheSameWhileSomebodyWritesInTheOtherRegistryForLong() throws Exception {
        await(put(other, executor("app-1", "1", "blockmgr-1")));
        try (Connection operator = DriverManager.getConnection("jdbc:sqlite:" + file(OTHER_PORT))) {
            StoreFixture.execute(operator, "BEGIN IMMEDIATE");

            await(put(own, executor("app-2", "1", "blockmgr-2")));
            assertThat(awaitFailure(put(own, executor("app-2", "2", "blockmgr-1"))))
                    .isInstanceOf(DirConflictException.class);
        }
    }

    @Test
    void countsNothingThatAnotherUserPutThere() throws Exception {
        Path file = file(OTHER_PORT);
        await(put(other, executor("app-1", "1", "blockmgr-1")));
        if (Files.getAttribute(file, "unix:uid").equals(0)) {
            Files.setAttribute(file, "unix:uid", 12345);
            await(put(own, executor("app-2", "1", "blockmgr-1")));
        }
    }

    /** Both claim the same dirs at the same moment: each dir gets one owner. */
    @Test
    void twoServicesThatClaimADirAtOnceAreNotBothAcknowledged() throws Exception {
        int both = 0;
        int none = 0;
        int ours = 0;
        for (int round = 0; round < ROUNDS; round++) {
            CompletableFuture<Void> one = put(own, executor("app-1", "" + round, "blockmgr-" + round));
            CompletableFuture<Void> two = put(other, executor("app-2", "" + round, "blockmgr-" + round));
            boolean first = isTaken(one);
            boolean second = isTaken(two);
            both += first && second ? 1 : 0;
            none += !first && !second ? 1 : 0;
            ours += first ? 1 : 0;
        }
        assertThat(both).isZero();
        assertThat(none).isZero();
        // Else nobody has proved anything.
        assertThat(ours).isBetween(1, ROUNDS - 1);
    }

    /** The same with many at a time, in groups that only partly fail. */
    @Test
    void twoStormsOfTheSameClaimsAreNotBothAcknowledged() throws Exception {
        List<CompletableFuture<Void>> one = new ArrayList<>();
        List<CompletableFuture<Void>> two = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            one.add(put(own, executor("app-1", "" + i, "blockmgr-" + i)));
            int there = ROUNDS - 1 - i;
            two.add(put(other, executor("app-2", "" + there, "blockmgr-" + there)));
        }
        int owners = 0;
        for (int i = 0; i < ROUNDS; i++) {
            boolean first = isTaken(one.get(i));
            boolean second = isTaken(two.get(ROUNDS - 1 - i));
            assertThat(first && second).isFalse();
            owners += first || second ? 1 : 0;
        }
        assertThat(owners).isEqualTo(ROUNDS);
    }

    private static boolean isTaken(CompletableFuture<Void> claim) throws Exception {
        try {
            claim.get(60, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(DirConflictException.class);
            return false;
        }
    }

    private Path file(int port) {
        return StoreFiles.of(temp, port).database();
    }
}
