package dev.mesosshuffle.registry;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.store.StoreFixture;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What registrations occupy is counted, limited, and released to the last byte. */
class RegistryBudgetTest {
    @TempDir
    Path temp;

    private RegistryFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new RegistryFixture(temp);
        fixture.mkdirs("blockmgr-a", "blockmgr-b", "blockmgr-c");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void releasesEverythingWithTheApplication() throws Exception {
        for (int cycle = 0; cycle < 3; cycle++) {
            fixture.register("app", "1", "blockmgr-a", "spark-x/executor-y/blockmgr-b");
            fixture.register("app", "2", "blockmgr-c");
            await(fixture.registry.registerDriver("app", new StoredDrivers("10.0.0.1", 10)));
            assertThat(used()).isPositive();
            RemovedApplication removed = fixture.registry.remove("app");
            assertThat(used()).isPositive();
            await(fixture.registry.persistRemoval(removed, false));
            assertThat(used()).isZero();
        }
    }

    @Test
    void countsARestoredApplicationAsBefore() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        long before = used();
        fixture.registry.restore(fixture.registry.remove("app"));
        assertThat(used()).isEqualTo(before);
    }

    @Test
    void countsAnExecutorThatRegistersAgainOnceAndItsFormerDirsToo() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        long before = used();
        fixture.register("app", "1", "blockmgr-a");
        assertThat(used()).isEqualTo(before);
        fixture.register("app", "1", "blockmgr-b");
        assertThat(used()).isEqualTo(before + RegistrySizes.claim(fixture.dir("blockmgr-b")));
    }

    @Test
    void countsNothingThatIsRefusedOrCannotBeStored() throws Exception {
        fixture.register("owner", "1", "blockmgr-a");
        long before = used();
        fixture.registerInVain("app", "1", "blockmgr-b", "blockmgr-a");
        assertThat(used()).isEqualTo(before);
        fixture.store.close();
        fixture.registerInVain("app", "1", "blockmgr-b");
        fixture.registerInVain("owner", "2", "blockmgr-c");
        awaitFailure(fixture.registry.registerDriver("app", null));
        assertThat(used()).isEqualTo(before);
    }

    @Test
    void countsAfterARestartWhatItCountedBefore() throws Exception {
        fixture.register("app", "1", "blockmgr-a", "blockmgr-b");
        fixture.register("app", "2", "blockmgr-c");
        fixture.register("other", "1", "spark-x/blockmgr-missing");
        long before = used();
        long dropped = RegistrySizes.executor(fixture.executor("other", "1", "spark-x/blockmgr-missing"));
        fixture.mkdirs("spark-x");
        fixture.restart();
        assertThat(used()).isEqualTo(before - dropped);
    }

    @Test
    void countsEachDriverUpToThoseThatAreTracked() throws Exception {
        await(fixture.registry.registerDriver("app", null));
        long one = used();
        for (int i = 0; i < 20; i++) {
            await(fixture.registry.registerDriver("app", null));
        }
        assertThat(used()).isEqualTo(one + 15 * RegistrySizes.DRIVER_BYTES);
    }

    @Test
    void countsExactlyWhenAnExecutorsRegistrationsOverlap() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        long before = used() - RegistrySizes.executor(fixture.executor("app", "1", "blockmgr-a"));
        RegisteredExecutor small = managed("s");
        RegisteredExecutor large = managed("x".repeat(500));
        List<CompletableFuture<Void>> registrations = new ArrayList<>();
        for (RegisteredExecutor executor : List.of(small, large, small, large, large)) {
            registrations.add(fixture.registry.registerExecutor(executor));
        }
        for (CompletableFuture<Void> registration : registrations) {
            await(registration);
        }
        assertThat(used()).isEqualTo(before + RegistrySizes.executor(large));
        await(fixture.registry.registerExecutor(small));
        assertThat(used()).isEqualTo(before + RegistrySizes.executor(small));
        fixture.store.close();
        awaitFailure(fixture.registry.registerExecutor(large));
        assertThat(used()).isEqualTo(before + RegistrySizes.executor(small));
    }

    @Test
    void acceptsWhatRegistersAgainThoughNothingIsFree() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        await(fixture.registry.registerDriver("app", null));
        long needed = used() - RegistrySizes.DRIVER_BYTES;
        fixture.restart(needed);
        assertThat(fixture.registry.executorCount()).isEqualTo(1);

        fixture.register("app", "1", "blockmgr-a");
        assertThat(used()).isEqualTo(needed);
        awaitFailure(fixture.registry.registerExecutor(managed("x".repeat(500))));
        assertThat(used()).isEqualTo(needed);
        for (int i = 0; i < 20; i++) {
            await(fixture.registry.registerDriver("app", null));
        }
        assertThat(used()).isEqualTo(needed + 16 * RegistrySizes.DRIVER_BYTES);
        fixture.register("app", "1", "blockmgr-a");
        assertThat(awaitFailure(fixture.registry.registerDriver("other", null)))
                .hasMessageStartingWith("driver of other: the registry is full");
    }

    @Test
    void refusesWhatDoesNotFitAndServesTheRest() throws Exception {
        fixture.restart(100_000);
        int registered = 0;
        while (!fixture.registry.registerExecutor(executor(registered)).isCompletedExceptionally()) {
            registered++;
        }
        assertThat(registered).isBetween(10, 100);
        assertThat(used()).isBetween(23_000L, 25_000L);
        long free = 25_000 - used();
        assertThat(awaitFailure(fixture.registry.registerExecutor(executor(registered))))
                .isInstanceOf(RegistrationRefusedException.class)
                .hasMessage(executor(registered).id() + ": the registry is full (expected: at most " + free
                        + " bytes more for this application, spark.mesos.shuffle.service.maxRegistryMemory)");
        assertThat(fixture.budget.refusals()).isEqualTo(2);
        fixture.register("other", "1", "blockmgr-other");
        assertThat(fixture.registry.executorCount("app")).isEqualTo(registered);
    }

    @Test
    void leavesNoTraceOfARefusedApplication() throws Exception {
        fixture.restart(1000);
        assertThat(awaitFailure(fixture.registry.registerDriver("app", null)))
                .hasMessageStartingWith("driver of app: the registry is full");
        fixture.registerInVain("app", "1", "blockmgr-a");
        assertThat(fixture.registry.isKnown("app")).isFalse();
        assertThat(used()).isZero();
        assertThat(fixture.registry.isClaimed(fixture.root.resolve("blockmgr-a")))
                .isFalse();
        assertThat(fixture.store.load().applications()).isEmpty();
    }

    @Test
    void startsWithExactlyTheMemoryThatItNeeded() throws Exception {
        for (int i = 0; i < 20; i++) {
            fixture.mkdirs("spark-x/blockmgr-" + i);
            await(fixture.registry.registerExecutor(executor(i)));
        }
        long needed = used();
        assertThat(restart(needed)).noneMatch(line -> line.startsWith("WARN"));
        assertThat(fixture.registry.executorCount()).isEqualTo(20);

        assertThat(restart(needed - 1))
                .anyMatch(line -> line.endsWith(": 1 executors are not served, and 0 applications and directories are"
                        + " unknown, until a start with more memory. Their files stay. Raise SPARK_DAEMON_MEMORY or"
                        + " spark.mesos.shuffle.service.maxRegistryMemory."));
        assertThat(fixture.registry.executorCount()).isEqualTo(19);
        assertThat(fixture.registry.ownedDirs("app")).hasSize(20);

        restart(needed);
        assertThat(fixture.registry.executorCount()).isEqualTo(20);
    }

    @Test
    void protectsAllFilesIfNotEvenTheDirsFit() throws Exception {
        fixture.register("app-1", "1", "blockmgr-a");
        fixture.register("app-2", "1", "blockmgr-b");
        Path nobodys = fixture.root.resolve("blockmgr-nobody");
        assertThat(fixture.registry.isClaimed(nobodys)).isFalse();

        assertThat(restart(100)).anyMatch(line -> line.contains(", and no orphan is deleted."));

        assertThat(fixture.registry.isClaimed(nobodys)).isTrue();
        assertThat(fixture.store.load().localDirs()).hasSize(2);
        restart(Long.MAX_VALUE);
        assertThat(fixture.registry.executorCount()).isEqualTo(2);
        assertThat(fixture.registry.isClaimed(nobodys)).isFalse();
    }

    @Test
    void startsFromRowsThatAnEarlierVersionAcceptedAndKeepsTheirDirs() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        fixture.register("app", "2", "blockmgr-b");
        String real = fixture.root.resolve("blockmgr-a").toString();
        String spelled = String.join("\n", Collections.nCopies(1024, "/.".repeat((4096 - real.length()) / 2) + real));
        try (Connection operator = StoreFixture.asOperator(fixture.stateDir)) {
            PreparedStatement update =
                    operator.prepareStatement("UPDATE executors SET local_dirs = ?, real_dirs = ? WHERE exec_id = '1'");
            update.setString(1, spelled);
            update.setString(2, String.join("\n", Collections.nCopies(1024, real)));
            assertThat(update.executeUpdate()).isOne();
        }

        assertThat(restart(1_000_000)).anyMatch(line -> line.contains(": 1 executors are not served, and 0 app"));

        assertThat(fixture.registry.executorCount()).isEqualTo(1);
        assertThat(fixture.registry.isWhollyKnown("app")).isTrue();
        assertThat(fixture.registry.remove("app").dirs())
                .containsExactlyInAnyOrder(fixture.dir("blockmgr-a"), fixture.dir("blockmgr-b"));
    }

    @Test
    void restoresAnApplicationWhoseRowsAreTooLongToBeJoined() throws Exception {
        String[] dirs = IntStream.range(0, 200)
                .mapToObj(i -> "x".repeat(200) + '/' + "y".repeat(200) + "/blockmgr-" + i)
                .toArray(String[]::new);
        for (int i = 0; i < 20; i++) {
            fixture.register("app", "e" + i, dirs);
        }
        long before = used();
        fixture.mkdirs("x".repeat(200) + '/' + "y".repeat(200) + "/blockmgr-0");
        fixture.restart();
        assertThat(fixture.registry.executorCount("app")).isEqualTo(20);
        assertThat(used()).isEqualTo(before);
        assertThat(fixture.registry.ownedDirs("app")).hasSize(200);
    }

    @Test
    void keepsTheNormalSpellingOfALinkOnly() throws Exception {
        LocalDir dir = fixture.dir("blockmgr-a");
        RegisteredExecutor real = fixture.executor("app", "1", "blockmgr-a");
        await(fixture.registry.registerExecutor(
                new RegisteredExecutor(real.id(), info("//" + dir.path() + "/."), List.of(dir))));
        assertThat(registered(real).info()).isEqualTo(info(dir.path().toString()));
        assertThat(registered(real).info().localDirs().get(0))
                .isSameAs(registered(real).dirs().get(0).path().toString());

        await(fixture.registry.registerExecutor(
                new RegisteredExecutor(real.id(), info("/link//./blockmgr-a"), List.of(dir))));
        assertThat(registered(real).info()).isEqualTo(info("/link/blockmgr-a"));
    }

    @Test
    void refusesADirThatIsNamedTwiceInDifferentSpellings() throws Exception {
        LocalDir dir = fixture.dir("blockmgr-a");
        RegisteredExecutor executor = new RegisteredExecutor(
                fixture.executor("app", "1", "blockmgr-a").id(),
                new ExecutorShuffleInfo(List.of("/link/blockmgr-a", dir.path().toString()), 64, "sort"),
                List.of(dir, dir));
        assertThat(awaitFailure(fixture.registry.registerExecutor(executor)))
                .hasMessageEndingWith("local dir: " + dir.path() + " twice (expected: distinct dirs)");
        assertThat(used()).isZero();
    }

    @Test
    void limitsEachPartOfARegistration() {
        RegistrationLimits.check(new ExecutorShuffleInfo(names(256), 64, "x".repeat(512)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegistrationLimits.check(new ExecutorShuffleInfo(names(257), 64, "sort")))
                .withMessage("localDirs: 257 of them (expected: 1 to 256)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegistrationLimits.check(new ExecutorShuffleInfo(names(1), 64, "x".repeat(513))))
                .withMessage("shuffleManager of 513 characters (expected: at most 512)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegistrationLimits.check(new ExecutorShuffleInfo(List.of("/a", "/a"), 64, "sort")))
                .withMessage("local dir: /a twice (expected: distinct dirs)");
    }

    private RegisteredExecutor executor(int number) {
        return fixture.executor("app", "e" + number, "spark-x/blockmgr-" + number);
    }

    /** Executor 1, with a shuffle manager whose name makes it small or large. */
    private RegisteredExecutor managed(String shuffleManager) {
        RegisteredExecutor executor = fixture.executor("app", "1", "blockmgr-a");
        return new RegisteredExecutor(
                executor.id(),
                new ExecutorShuffleInfo(executor.info().localDirs(), 64, shuffleManager),
                executor.dirs());
    }

    private RegisteredExecutor registered(RegisteredExecutor executor) {
        RegisteredExecutor found = fixture.registry.executor(executor.id());
        if (found == null) {
            throw new AssertionError(executor.id() + " is not registered");
        }
        return found;
    }

    private static ExecutorShuffleInfo info(String spelled) {
        return new ExecutorShuffleInfo(List.of(spelled), 64, "a.ShuffleManager");
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "/data/blockmgr-" + i).toList();
    }

    private long used() {
        return fixture.budget.usedBytes();
    }

    private List<String> restart(long maxBytes) throws Exception {
        try (LogCapture log = LogCapture.of(RegistryLoader.class)) {
            fixture.restart(maxBytes);
            return log.lines();
        }
    }
}
