package dev.mesosshuffle.orphans;

import static dev.mesosshuffle.orphans.OrphanFixture.UUID;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirFixture;
import dev.mesosshuffle.cleanup.LocalDirRefusedException;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirContents;
import dev.mesosshuffle.testing.DirectExecutorService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody turns up while an orphan is on its way. */
final class OrphanRaceTest {
    private static final int ROUNDS = 150;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.DELETE);
    }

    @AfterEach
    void tearDown() throws Exception {
        executor.shutdown();
        assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        host.close();
    }

    /** What is registered is whole, and what is not is gone; there is nothing in between. */
    @ParameterizedTest
    @ValueSource(ints = {OrphanFixture.PORT, OrphanFixture.OTHER_PORT})
    void isEitherRegisteredOrDeleted(int port) throws Exception {
        StateStore service = port == OrphanFixture.PORT ? host.store : host.otherStore;
        int registered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            LocalDir dir = host.old("spark-" + UUID + "/executor-" + UUID + "/blockmgr-" + round);
            int spins = round * 40;
            Future<Boolean> registration = executor.submit(() -> registers(service, dir, spins));
            host.scanner.scan();
            if (registration.get(1, TimeUnit.MINUTES)) {
                registered++;
                Map<String, String> contents = DirContents.of(dir.path());
                assertThat(contents).containsKey("0a/shuffle_0_0_0.data").hasSize(LocalDirFixture.FILES + 4);
                service.removeApplication("app", List.of()).get();
                host.scanner.scan();
            }
            assertThat(host.left()).isEmpty();
            host.forget();
            assertThat(host.store.loadRemovals()).isEmpty();
        }
        // Else nobody has proved anything.
        assertThat(registered).isBetween(1, ROUNDS - 1);
    }

    private boolean registers(StateStore service, LocalDir dir, int spins) throws Exception {
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
        try {
            LocalDir accepted = host.policy.accept(dir.path().toString());
            host.register(service, accepted).get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(DirConflictException.class);
            return false;
        } catch (LocalDirRefusedException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-" + UUID, "spark-" + UUID + "/blockmgr-1"})
    void deletesNothingBehindALinkThatTookItsPlace(String orphan) throws Exception {
        host.old("spark-" + UUID + "/blockmgr-1");
        LocalDir dir = host.localDirs.dir(orphan);
        StoredRemoval intent = new StoredRemoval(dir, null, null);
        assertThat(host.registries.recordRemoval(intent, dir.path(), () -> {})).isTrue();
        Path aside = host.localDirs.root.resolve("aside");
        Files.move(dir.path(), aside);
        Files.createSymbolicLink(dir.path(), host.localDirs.outside.resolve("blockmgr-1"));
        host.reclaimer.reclaim(List.of(intent));
        assertThat(dir.path()).isSymbolicLink();
        assertThat(aside).isDirectory();
        assertThat(host.count("cleanup.rejected")).isEqualTo(1);
    }

    @Test
    void deletesNothingThroughALinkThatTookTheParentsPlace() throws Exception {
        host.old("spark-" + UUID + "/blockmgr-1");
        LocalDir dir = host.localDirs.dir("spark-" + UUID + "/blockmgr-1");
        StoredRemoval intent = new StoredRemoval(dir, null, null);
        assertThat(host.registries.recordRemoval(intent, dir.path(), () -> {})).isTrue();
        Path parent = host.localDirs.root.resolve("spark-" + UUID);
        Files.move(parent, host.localDirs.root.resolve("aside"));
        Files.createSymbolicLink(parent, host.localDirs.outside);
        host.age(host.localDirs.outside, OrphanFixture.OLD);
        host.reclaimer.reclaim(List.of(intent));
        assertThat(parent.resolve("blockmgr-1/0a/shuffle_0_0_0.data")).exists();
    }

    @Test
    void keepsWhatAServiceOwnsThatCameAfterTheIntent() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        StoredRemoval intent = new StoredRemoval(dir, null, null);
        assertThat(host.registries.recordRemoval(intent, dir.path(), () -> {})).isTrue();
        // Its registry was not there to get the intent, and it knows of no other: it refuses nothing.
        int port = OrphanFixture.OTHER_PORT + 1;
        PeerDatabases none =
                PeerRegistries.of(temp.resolve("none"), port, List.of()).peers();
        try (StateStore third = StateStore.open(host.stateDir, port, Clock.systemUTC(), new MetricRegistry(), none)) {
            host.register(third, dir).get();
            host.reclaimer.reclaim(List.of(intent));
            assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
            assertThat(host.store.loadRemovals()).isEmpty();
        }
    }

    @Test
    void recordsNoIntentOnceClosed() throws Exception {
        for (int i = 0; i < 3; i++) {
            host.old("blockmgr-" + i);
        }
        int[] files = new int[1];
        OrphanScanner[] closing = new OrphanScanner[1];
        // It has found one then, and looks at the next.
        int some = 2 * LocalDirFixture.FILES + 3;
        closing[0] = deleting(new RateLimiter(() -> 1, () -> 0, nanos -> {
            files[0]++;
            if (files[0] == some) {
                closing[0].close();
            }
        }));
        closing[0].scan();
        assertThat(files[0]).isGreaterThanOrEqualTo(some);
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.left()).hasSize(3);
    }

    @Test
    void twoServicesThatFindTheSameDeleteItOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            host.old("blockmgr-" + i);
        }
        OrphanScanner second = deleting(new RateLimiter(() -> 0, () -> 0, nanos -> {}));
        Future<?> other = executor.submit(second::scan);
        host.scanner.scan();
        other.get(1, TimeUnit.MINUTES);
        host.scanner.scan();
        assertThat(host.left()).isEmpty();
        assertThat(host.count("orphans.deletedDirs")).isEqualTo(20);
        assertThat(host.count("cleanup.failures")).isZero();
    }

    /** One more search on this host, in the caller's thread. */
    private OrphanScanner deleting(RateLimiter rateLimiter) {
        return new OrphanScanner(
                OrphanMode.DELETE,
                host.policy,
                host.orphanPolicy,
                host.reclaimer,
                () -> 0,
                new RootExecutors(root -> new DirectExecutorService(), () -> rateLimiter),
                new MetricRegistry());
    }
}
