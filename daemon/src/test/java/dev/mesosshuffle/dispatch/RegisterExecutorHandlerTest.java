package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.probes.HungRoots;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.roots.RootMonitor;
import dev.mesosshuffle.roots.TestRootMonitor;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegisterExecutorHandlerTest {
    private static final AppExecId ID = new AppExecId("app", "7");

    @TempDir
    private Path temp;

    private final FakeCaller caller = new FakeCaller();
    private final LogCapture log = LogCapture.of(RegisterExecutorHandler.class);
    private DispatchFixture fixture;
    private Path dir;

    @BeforeEach
    void createDir() throws Exception {
        fixture = new DispatchFixture(temp);
        dir = Files.createDirectory(fixture.fetch.root.resolve("blockmgr-1"));
    }

    @AfterEach
    void close() {
        log.close();
        fixture.close();
    }

    @Test
    void acknowledgesAnExecutorThatIsRegistered() throws Exception {
        register(fixture.fetch.availableRoot(), dir);
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
        RegisteredExecutor registered = Objects.requireNonNull(fixture.fetch.registry.executor(ID));
        assertThat(registered.dirs())
                .singleElement()
                .satisfies(its -> assertThat(its.path()).isEqualTo(dir));
        assertThat(fixture.fetch.count("rejectedRequests")).isZero();
        assertThat(fixture.fetch
                        .metrics
                        .timer("shuffleService.registerExecutorRequestLatencyMillis")
                        .getCount())
                .isEqualTo(1);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void rejectsADirOutsideTheRootsAndLogsTheClient() throws Exception {
        Path outside = Files.createDirectory(temp.toRealPath().resolve("blockmgr-2"));
        register(fixture.fetch.availableRoot(), outside);
        String reason = "local dir: " + outside + " (expected: a dir under one of the allowed roots, spark.local.dir: ["
                + fixture.fetch.root + "])";
        assertRejected(reason);
        assertThat(log.lines())
                .containsExactly("WARN Refused to register " + ID + " from " + FakeCaller.ADDRESS + ": " + reason);
    }

    @Test
    void rejectsAllDirsIfOneIsRejected() throws Exception {
        register(fixture.fetch.availableRoot(), dir, fixture.fetch.root.resolve("other-name"));
        assertThat(caller.nextReply()).doesNotStartWith(encoded(Reply.done(1)));
        assertThat(fixture.fetch.registry.executor(ID)).isNull();
        assertThat(fixture.fetch.count("rejectedRequests")).isEqualTo(1);
    }

    @Test
    void rejectsADirOfAnotherApplication() throws Exception {
        fixture.fetch.register("other", "1", "blockmgr-1");
        register(fixture.fetch.availableRoot(), dir);
        assertThat(caller.nextReply()).doesNotStartWith(encoded(Reply.done(1)));
        assertThat(fixture.fetch.registry.executor(ID)).isNull();
        assertThat(fixture.fetch.count("rejectedRegistrations")).isEqualTo(1);
    }

    @Test
    void givesOneReasonForAllThatIsNoBusinessOfTheClient() throws Exception {
        fixture.fetch.register("other", "1", "blockmgr-of-other");
        Path root = fixture.fetch.root;
        Files.createFile(root.resolve("blockmgr-file"));
        Files.createSymbolicLink(root.resolve("blockmgr-link"), dir);
        for (String name : List.of("blockmgr-of-other", "blockmgr-file", "blockmgr-link", "blockmgr-missing")) {
            register(fixture.fetch.availableRoot(), root.resolve(name));
            assertThat(caller.nextReply())
                    .isEqualTo(encoded(Reply.failed(
                            1,
                            "java.lang.IllegalArgumentException: local dirs: " + root.resolve(name)
                                    + " (expected: directories of this executor's application alone, that exist below"
                                    + " spark.local.dir without links and that this service may read; its log has the"
                                    + " reason)")));
        }
        // The first of a minute.
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains(root.resolve("blockmgr-of-other") + " belongs to application other");
    }

    @Test
    void givesAReasonThatDoesNotDependOnTheOtherDirs() throws Exception {
        Path outside = temp.toRealPath().resolve("blockmgr-2");
        for (Path other : List.of(dir, fixture.fetch.root.resolve("blockmgr-missing"))) {
            register(fixture.fetch.availableRoot(), other, outside);
            assertThat(caller.nextReply())
                    .isEqualTo(encoded(Reply.failed(
                            1,
                            ProtocolErrors.badRequest("local dir: " + outside
                                    + " (expected: a dir under one of the allowed roots, spark.local.dir: ["
                                    + fixture.fetch.root + "])"))));
        }
    }

    @Test
    void rejectsADirOnADiskThatHangsWithoutATaskForThatDisk() throws Exception {
        HungRoots hung = new HungRoots(List.of(fixture.fetch.root), Set.of(fixture.fetch.root));
        hung.notice();
        fixture.fetch.hangDisk(0);
        register(TestRootMonitor.of(Map.of(), hung.probers()), dir);
        assertRejected("local dir: " + dir + " (expected: a dir on a responsive disk, but the disk of root "
                + fixture.fetch.root + " hangs)");
    }

    @Test
    void rejectsADirWhenTheQueueOfItsDiskIsFull() throws Exception {
        RootMonitor monitor = fixture.fetch.availableRoot();
        fixture.fetch.hangDisk(0);
        register(monitor, dir);
        assertRejected("local dir " + dir + " cannot be checked on disk " + fixture.fetch.root
                + ": too many requests wait for it (expected: a response in time; it may be failing)");
    }

    @Test
    void repliesOnlyOnceTheDiskHasChecked() throws Exception {
        RootMonitor monitor = fixture.fetch.availableRoot();
        fixture.fetch.hangDisk(2);
        register(monitor, dir);
        assertThat(caller.hasReply()).isFalse();
        assertThat(fixture.fetch.registry.executor(ID)).isNull();
        fixture.fetch.releaseDisk();
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
    }

    @Test
    void registersAnExecutorWithManyDirsOfOneDiskInTheirOrder() throws Exception {
        Path[] dirs = manyDirs();
        register(fixture.fetch.availableRoot(), dirs);
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
        RegisteredExecutor registered = Objects.requireNonNull(fixture.fetch.registry.executor(ID));
        assertThat(registered.dirs()).extracting(LocalDir::path).containsExactly(dirs);
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void aRegistrationWaitsForOneSliceOfOneWithManyDirs() throws Exception {
        RootMonitor monitor = fixture.fetch.availableRoot();
        fixture.fetch.hangDisk(2);
        register(monitor, manyDirs());
        List<Boolean> registered = new CopyOnWriteArrayList<>();
        fixture.fetch.diskExecutors.execute(fixture.fetch.root, "another client", () -> registered.add(isRegistered()));
        fixture.fetch.releaseDisk();
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
        assertThat(registered).containsExactly(false);
    }

    @Test
    void registersNothingForAClientThatHasGoneMeanwhile() throws Exception {
        RootMonitor monitor = fixture.fetch.availableRoot();
        fixture.fetch.hangDisk(2);
        register(monitor, manyDirs());
        caller.leave();
        fixture.fetch.releaseDisk();
        caller.nextReply();
        assertThat(isRegistered()).isFalse();
        assertThat(log.lines()).isEmpty();
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void aClientHasSomeRegistrationsInProgressAtATime() throws Exception {
        RootMonitor monitor = fixture.fetch.availableRoot();
        fixture.fetch.hangDisk(2);
        for (int i = 0; i < 5; i++) {
            register(monitor, dir);
        }
        assertThat(caller.requestTurns.inProgress()).isEqualTo(2);
        assertThat(caller.requestTurns.waiting()).isEqualTo(3);
        register(monitor, dir);
        assertRejected("requests that wait on this connection: 3 (expected: fewer than that)");
        fixture.fetch.releaseDisk();
        for (int i = 0; i < 5; i++) {
            assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
            caller.runNextTask();
        }
        assertThat(caller.requestTurns.inProgress()).isZero();
    }

    private boolean isRegistered() {
        return fixture.fetch.registry.executor(ID) != null;
    }

    private Path[] manyDirs() throws Exception {
        Path[] dirs = new Path[50];
        for (int i = 0; i < dirs.length; i++) {
            dirs[i] = Files.createDirectory(fixture.fetch.root.resolve("blockmgr-many-" + i));
        }
        return dirs;
    }

    private void register(RootMonitor monitor, Path... dirs) {
        new RegisterExecutorHandler(
                        fixture.localDirServices(monitor),
                        fixture.fetch.registry,
                        fixture.liveness,
                        fixture.fetch.diskExecutors,
                        new DispatchMetrics(fixture.fetch.metrics),
                        fixture.fetch.rateLimitedLogger,
                        EventRecorder.NONE)
                .register(
                        new RpcMessage.RegisterExecutor(
                                ID,
                                new ExecutorShuffleInfo(
                                        Stream.of(dirs).map(Path::toString).toList(), 64, "sort")),
                        caller.call(1));
    }

    private void assertRejected(String reason) throws InterruptedException {
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, ProtocolErrors.badRequest(reason))));
        assertThat(fixture.fetch.registry.executor(ID)).isNull();
        assertThat(fixture.fetch.count("rejectedRequests")).isEqualTo(1);
    }
}
