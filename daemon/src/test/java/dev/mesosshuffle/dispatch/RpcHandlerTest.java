package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RpcHandlerTest {
    private static final AppExecId OTHER_APP = new AppExecId("other", "7");

    @TempDir
    private Path temp;

    private final FakeCaller caller = new FakeCaller();
    private final LogCapture log = LogCapture.of(RpcHandler.class);
    private DispatchFixture fixture;
    private RegisteredExecutor executor;
    private RpcHandler handler;

    @BeforeEach
    void register() throws Exception {
        fixture = new DispatchFixture(temp);
        executor = fixture.fetch.register("app", "7");
        FetchFixture fetch = fixture.fetch;
        DispatchMetrics metrics = new DispatchMetrics(fetch.metrics);
        LocalDirServices services = fixture.localDirServices(fetch.availableRoot());
        handler = new RpcHandler(
                fetch.registry,
                fixture.liveness,
                new RegisterExecutorHandler(
                        services,
                        fetch.registry,
                        fixture.liveness,
                        fetch.diskExecutors,
                        metrics,
                        fetch.rateLimitedLogger,
                        EventRecorder.NONE),
                new RemoveBlocksHandler(services.blockFileRemover(), fetch.diskExecutors, fetch.rateLimitedLogger),
                new DiagnoseCorruptionHandler(
                        fetch.blockResolver,
                        (root, client, task) -> task.run(),
                        System::nanoTime,
                        fetch.rateLimitedLogger),
                metrics,
                fetch.rateLimitedLogger,
                EventRecorder.NONE);
    }

    @AfterEach
    void close() {
        log.close();
        fixture.close();
    }

    @Test
    void opensAStreamOfARegisteredExecutor() throws Exception {
        handler.openStream(new RpcMessage.OpenStream(executor.id(), FetchFixture.blockIds(3)), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.streamOpened(1, FakeCaller.STREAM, 3)));
        assertThat(caller.streams).containsExactly(executor.id());
        assertThat(caller.succeeded).isTrue();
        assertRejected(0);
    }

    @Test
    void keepsNoStreamThatNobodyLearnsOf() {
        handler.openStream(
                new RpcMessage.OpenStream(executor.id(), FetchFixture.blockIds(3)), new RpcCall(caller, null));
        assertThat(caller.streams).isEmpty();
        assertThat(caller.hasReply()).isFalse();
        assertRejected(0);
    }

    @Test
    void opensNoStreamOfAnotherApplicationsExecutorOfTheSameId() throws Exception {
        handler.openStream(new RpcMessage.OpenStream(OTHER_APP, FetchFixture.blockIds(3)), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, ProtocolErrors.notRegistered(OTHER_APP))));
        assertThat(caller.streams).isEmpty();
        assertThat(caller.succeeded).isFalse();
        assertRejected(1);
    }

    @Test
    void rejectsAStreamBeyondTheLimitsOfTheConnection() throws Exception {
        caller.streamLimit = "open streams: 2 (expected: fewer)";
        handler.openStream(new RpcMessage.OpenStream(executor.id(), FetchFixture.blockIds(3)), caller.call(1));
        assertThat(caller.nextReply())
                .isEqualTo(encoded(Reply.failed(1, ProtocolErrors.badRequest("open streams: 2 (expected: fewer)"))));
        assertRejected(1);
    }

    @Test
    void answersNothingWhenTheConnectionWasClosedInPlaceOfAStream() {
        caller.isShed = true;
        handler.openStream(new RpcMessage.OpenStream(executor.id(), FetchFixture.blockIds(3)), caller.call(1));
        assertThat(caller.hasReply()).isFalse();
        assertThat(caller.succeeded).isFalse();
    }

    @Test
    void removesBlocksOfRegisteredExecutorsOnly() throws Exception {
        fixture.fetch.files(executor).write("rdd_1_1", new byte[1]);
        handler.removeBlocks(new RpcMessage.RemoveBlocks(OTHER_APP, List.of("rdd_1_1")), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, ProtocolErrors.notRegistered(OTHER_APP))));
        assertThat(fixture.fetch.files(executor).file("rdd_1_1")).exists();
        assertRejected(1);

        handler.removeBlocks(new RpcMessage.RemoveBlocks(executor.id(), List.of("rdd_1_1")), caller.call(2));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(2, 1)));
        assertThat(fixture.fetch.files(executor).file("rdd_1_1")).doesNotExist();
        assertRejected(1);
    }

    @Test
    void returnsTheLocalDirsOfExecutors() throws Exception {
        handler.getLocalDirs(new RpcMessage.GetLocalDirs(List.of(executor.id())), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.localDirs(1, Map.of("7", executor.info()))));
        assertRejected(0);
    }

    @Test
    void countsAnExecutorOnceHoweverOftenItIsAskedFor() throws Exception {
        caller.maxAnswerBytes = Reply.LOCAL_DIRS_BYTES + Reply.localDirsBytes("7", executor.info());
        handler.getLocalDirs(
                new RpcMessage.GetLocalDirs(List.of(executor.id(), executor.id(), executor.id())), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.localDirs(1, Map.of("7", executor.info()))));
        assertRejected(0);
    }

    @Test
    void rejectsAQuestionWhoseAnswerIsTooLongAndNamesTheSizes() throws Exception {
        long bytes = Reply.LOCAL_DIRS_BYTES + Reply.localDirsBytes("7", executor.info());
        caller.maxAnswerBytes = bytes - 1;
        handler.getLocalDirs(new RpcMessage.GetLocalDirs(List.of(executor.id())), caller.call(1));
        assertThat(caller.nextReply())
                .isEqualTo(encoded(Reply.failed(
                        1,
                        ProtocolErrors.badRequest("local dirs of 1 executors: " + bytes + " bytes (expected: at most "
                                + (bytes - 1) + " now, or fewer executors at a time)"))));
        assertRejected(1);
    }

    @Test
    void returnsNoLocalDirsIfOneExecutorIsUnknown() throws Exception {
        AppExecId unknown = new AppExecId("app", "8");
        handler.getLocalDirs(new RpcMessage.GetLocalDirs(List.of(executor.id(), unknown)), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, ProtocolErrors.notRegistered(unknown))));
        assertThat(caller.hasReply()).isFalse();
        assertRejected(1);
    }

    @Test
    void returnsNoLocalDirsOfMergedBlocks() throws Exception {
        AppExecId merger = new AppExecId("app", "shuffle-push-merger");
        handler.getLocalDirs(new RpcMessage.GetLocalDirs(List.of(merger)), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, ProtocolErrors.NO_MERGED_SHUFFLE)));
        assertRejected(1);
    }

    @Test
    void acknowledgesADriverOnceItIsStored() throws Exception {
        handler.registerDriver(new RpcMessage.RegisterDriver("app", 120_000), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
        assertThat(caller.driverApps).containsExactly("app");
        assertThat(fixture.fetch.store.loadDriverAddresses()).containsEntry("app", "10.0.0.2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void storesWhetherADriverRegistersAgainAfterALoss(boolean reregisters) throws Exception {
        handler.registerDriver(new RpcMessage.RegisterDriver("app", 120_000, reregisters), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
        assertThat(fixture.fetch.store.loadReregisteringDrivers())
                .isEqualTo(reregisters ? Map.of("app", Duration.ofMinutes(2)) : Map.of());
    }

    @Test
    void reportsADriverThatCannotBeStoredAndLogsIt() throws Exception {
        fixture.fetch.store.close();
        handler.registerDriver(new RpcMessage.RegisterDriver("app", 120_000), caller.call(1));
        // The type and the request id of a failure, after the length of the frame.
        assertThat(caller.nextReply().substring(16))
                .startsWith(encoded(Reply.failed(1, "")).substring(16, 34));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Driver of app at " + FakeCaller.ADDRESS + " could not be registered: ");
        assertThat(fixture.liveness.applicationAdmin().applications())
                .singleElement()
                .satisfies(app -> assertThat(app.state()).isEqualTo("driverless"));
    }

    @Test
    void repliesToAHeartbeatAlsoOfAnUnknownApplication() throws Exception {
        handler.heartbeat(new RpcMessage.Heartbeat("unknown"), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(1)));
    }

    @Test
    void repliesWithTheReasonToAnInvalidMessage() throws Exception {
        handler.invalid(new RpcMessage.Invalid("no such message"), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, "no such message")));
        assertRejected(1);
    }

    @Test
    void rejectsAnInvalidOneWayMessageWithoutAReply() {
        handler.invalid(new RpcMessage.Invalid("no such message"), new RpcCall(caller, null));
        assertThat(caller.hasReply()).isFalse();
        assertRejected(1);
    }

    private void assertRejected(int requests) {
        assertThat(fixture.fetch.count("rejectedRequests")).isEqualTo(requests);
    }
}
