package dev.mesosshuffle.orphans;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirFixture;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.cleanup.RemovalGuards;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.FakeProc;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.markers.MarkedRoot;
import dev.mesosshuffle.markers.OwnRegistry;
import dev.mesosshuffle.markers.RootMarkers;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A host with a root, the registries of two services, what it shows of its processes, and one service that searches. All
 * work is done in the caller's thread; time does not pass, files are made old instead.
 */
public final class OrphanFixture implements AutoCloseable {
    static final String UUID = "0b1c2d3e-0123-4567-89ab-cdef01234567";
    static final String OTHER_UUID = "ffffffff-0123-4567-89ab-cdef01234567";
    public static final Duration TIMEOUT = Duration.ofHours(24);
    static final Duration OLD = Duration.ofHours(25);
    public static final int PORT = 7337;
    public static final int OTHER_PORT = 7338;

    public final LocalDirFixture localDirs;
    public final Path stateDir;
    final FakeProc proc;
    public final StateStore store;
    public final StateStore otherStore;

    /** What the service's registry claims in memory, whether or not it is in the store. */
    final Set<Path> claimed = ConcurrentHashMap.newKeySet();

    /** Whether there is no memory for a judgement of a dir. */
    boolean isScarce;

    /** Applications whose files are being read. */
    public final Set<String> reading = ConcurrentHashMap.newKeySet();

    MetricRegistry metrics = new MetricRegistry();
    final LocalDirPolicy policy;
    public final OrphanPolicy orphanPolicy;
    public final PeerRegistries registries;
    public final RootMarkers markers;

    /** The time that a calendar shows. */
    Instant today = Instant.parse("2026-11-25T01:02:03Z");

    public Reclaimer reclaimer;
    public OrphanScanner scanner;
    private final long nowMillis = System.currentTimeMillis();
    private final ManualTicker time = new ManualTicker();
    private RootExecutors reclaimWorkers;

    /** Runs before each file that a service deletes. */
    public Runnable beforeEachFile = () -> {};

    public OrphanFixture(Path temp, OrphanMode mode) throws IOException, StoreException {
        localDirs = LocalDirFixture.in(temp);
        stateDir = localDirs.root.resolve(".mesos-shuffle-service");
        proc = new FakeProc(temp.toRealPath().resolve("proc"));
        store = StateStore.open(stateDir, PORT, Clock.systemUTC(), new MetricRegistry());
        otherStore = StateStore.open(stateDir, OTHER_PORT, Clock.systemUTC(), new MetricRegistry());
        policy = LocalDirPolicy.of(List.of(localDirs.root), metrics);
        markers = markersOf(store, stateDir, PORT);
        registries = PeerRegistries.of(stateDir, PORT, List.of(), markers);
        orphanPolicy = new OrphanPolicy(
                policy,
                registries,
                this::isClaimed,
                new FileAgeClock(() -> nowMillis, () -> 0),
                TIMEOUT,
                ProcessCredentials.current(),
                proc::view);
        restart(mode);
    }

    private boolean isClaimed(Path dir) {
        if (isScarce) {
            throw new OutOfMemoryError("for a test");
        }
        return claimed.contains(dir);
    }

    /** The markers of a service that starts now. */
    public RootMarkers markersOf(StateStore its, Path dir, int port) {
        OwnRegistry own = new OwnRegistry(dir, port, its::inode, its.isNew());
        return new RootMarkers(
                policy::realRoots,
                root -> new MarkedRoot(root, own, TIMEOUT, () -> today, time),
                its::verify,
                DirectRootExecutors.unlimited());
    }

    public void pass(Duration duration) {
        time.pass(duration);
        today = today.plus(duration);
        reclaimer.check();
    }

    /** As after a crash: what the store holds is all that is left. */
    public void restart(OrphanMode mode) throws StoreException {
        metrics = new MetricRegistry();
        reclaimWorkers = DirectRootExecutors.withPause(() -> beforeEachFile.run());
        RemovalGuards guards = new RemovalGuards(policy, orphanPolicy, registries, reading::contains);
        reclaimer = new Reclaimer(
                store, guards, time, reclaimWorkers, metrics, ByteBudget.of(Long.MAX_VALUE), EventRecorder.NONE);
        scanner = new OrphanScanner(
                mode, policy, orphanPolicy, reclaimer, time, DirectRootExecutors.unlimited(), metrics);
        reclaimer.reclaim(store.loadRemovals());
    }

    /** A dir as an executor leaves it, long ago. */
    public LocalDir old(String path) throws IOException {
        LocalDir dir = localDirs.filledDir(path);
        age(localDirs.root.resolve(dir.root().relativize(dir.path()).getName(0)), OLD);
        return dir;
    }

    /** Makes all that is in a dir, and the dir, so old. */
    void age(Path dir, Duration age) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(dir)) {
            all = paths.filter(path -> !Files.isSymbolicLink(path)).toList();
        }
        for (Path path : all) {
            touch(path, age);
        }
    }

    void touch(Path path, Duration age) throws IOException {
        Files.setLastModifiedTime(path, FileTime.fromMillis(nowMillis - age.toMillis()));
    }

    public CompletableFuture<Void> register(StateStore at, LocalDir dir) {
        try {
            return register(at, dir, (Long) Files.getAttribute(dir.root(), "unix:ino"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public CompletableFuture<Void> register(StateStore at, LocalDir dir, long rootInode) {
        return at.putExecutor(
                new RegisteredExecutor(
                        new AppExecId("app", dir.path().getFileName().toString()),
                        new ExecutorShuffleInfo(List.of(dir.path().toString()), 64, "a.ShuffleManager"),
                        List.of(dir)),
                List.of(new StoredLocalDir(dir, "app", rootInode)));
    }

    /** Lets time pass until the intents of what was deleted are removed. */
    void forget() {
        pass(Reclaimer.INTENT_RETENTION);
    }

    public List<LocalDir> found() {
        return scanner.lastFound().values().stream()
                .flatMap(List::stream)
                .map(Orphan::dir)
                .toList();
    }

    void assertOrphan(LocalDir dir) {
        scanner.scan();
        assertThat(found()).contains(dir);
    }

    void assertNone() {
        scanner.scan();
        assertThat(found()).isEmpty();
    }

    /** What there is in the root, but for the registries. */
    public Set<String> left() throws IOException {
        Set<String> left = new HashSet<>();
        try (Stream<Path> names = Files.list(localDirs.root)) {
            names.map(path -> path.getFileName().toString()).forEach(left::add);
        }
        left.remove(stateDir.getFileName().toString());
        return left;
    }

    public boolean isUnthrottled(Path root) {
        return reclaimWorkers.isUnthrottled(root);
    }

    Object gauge(String name) {
        return Objects.requireNonNull(metrics.getGauges().get("shuffleService." + name))
                .getValue();
    }

    public long count(String name) {
        return metrics.counter("shuffleService." + name).getCount();
    }

    @Override
    public void close() throws IOException {
        scanner.close();
        markers.close();
        reclaimer.close();
        store.close();
        otherStore.close();
        localDirs.assertOutsideUntouched();
    }
}
