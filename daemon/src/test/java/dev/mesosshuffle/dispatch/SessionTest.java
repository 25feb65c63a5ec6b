package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mesosshuffle.fetch.FakeConnection;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.testing.ScarceLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {
    private static final long TIMEOUT_MS = 120_000;
    private static final long BUDGET = 1 << 20;

    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private DispatchFixture fixture;
    private RegisteredExecutor executor;
    private Dispatcher dispatcher;
    private Session session;

    @BeforeEach
    void register() throws Exception {
        fixture = new DispatchFixture(temp);
        executor = fixture.fetch.register("app", "7");
        fixture.fetch.files(executor).writeMapOutput(0, 0, block(10, 0), block(20, 1));
        dispatcher = fixture.dispatcher((root, client, task) -> task.run());
        session = dispatcher.newSession(connection, ByteBudget.of(BUDGET));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void readsRequestedChunksOnceTheReadOfTheSocketIsComplete() throws Exception {
        long stream =
                session.openStream(executor.id(), FetchFixture.blockIds(2)).orElseThrow();
        session.onRequest(new Request.FetchChunk(stream, 0));
        session.onRequest(new Request.FetchStream(stream + "_1"));
        assertThat(fixture.fetch.metrics.getGauges()).doesNotContainKey(diskGauge());
        session.onReadComplete();
        connection.runNextTask();
        connection.runNextTask();
        assertThat(connection.replies())
                .containsExactlyInAnyOrder(
                        encoded(Reply.chunk(stream, 0, 10), block(10, 0)),
                        encoded(Reply.stream(stream + "_1", 20), block(20, 1)));
    }

    @Test
    void resumesReadingWhenTheConnectionIsWritableAgain() throws Exception {
        long stream =
                session.openStream(executor.id(), FetchFixture.blockIds(1)).orElseThrow();
        connection.setWritable(false);
        session.onRequest(new Request.FetchChunk(stream, 0));
        session.onReadComplete();
        assertThat(fixture.fetch.metrics.getGauges()).doesNotContainKey(diskGauge());
        connection.setWritable(true);
        session.onWritable();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(stream, 0, 10), block(10, 0)));
    }

    @Test
    void repliesToARequestButNotToAOneWayMessage() {
        session.onRequest(new Request.OneWay(new RpcMessage.Heartbeat("app")));
        assertThat(connection.replies()).isEmpty();
        session.onRequest(new Request.Rpc(3, new RpcMessage.Heartbeat("app")));
        assertThat(connection.replies()).containsExactly(encoded(Reply.done(3)));
    }

    @Test
    void repliesToAStreamThatItOpenedForARegisteredExecutor() {
        session.onRequest(new Request.Rpc(3, new RpcMessage.OpenStream(executor.id(), FetchFixture.blockIds(2))));
        // The id of the new stream is random.
        assertThat(connection.replies())
                .singleElement()
                .asString()
                .hasSameSizeAs(encoded(Reply.streamOpened(3, 0, 2)))
                .startsWith(encoded(Reply.streamOpened(3, 0, 2)).substring(0, 44))
                .endsWith("00000002");
    }

    @Test
    void rejectsAnUploadAndClosesTheConnectionWhoseBodyItDoesNotRead() {
        session.onRequest(new Request.Upload(3));
        assertThat(connection.replies()).containsExactly(encoded(Reply.failed(3, ProtocolErrors.NO_MERGED_SHUFFLE)));
        assertThat(connection.isClosed()).isTrue();
        assertThat(fixture.fetch.count("rejectedRequests")).isEqualTo(1);
    }

    @Test
    void rejectsARequestForMergedBlocksAndKeepsTheConnection() {
        session.onRequest(new Request.MergedBlockMeta(3));
        assertThat(connection.replies()).containsExactly(encoded(Reply.failed(3, ProtocolErrors.NO_MERGED_SHUFFLE)));
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void onlyADriversConnectionMayBeIdle() throws Exception {
        session.onRequest(new Request.Rpc(1, new RpcMessage.Heartbeat("app")));
        assertThat(connection.isIdleTimeoutDisabled()).isFalse();
        registerDriver(session, connection);
        assertThat(connection.isIdleTimeoutDisabled()).isTrue();
    }

    @Test
    void dropsItsChunksWhenItCloses() {
        long stream =
                session.openStream(executor.id(), FetchFixture.blockIds(2)).orElseThrow();
        session.onRequest(new Request.FetchChunk(stream, 0));
        session.onRequest(new Request.FetchStream(stream + "_1"));
        session.onClosed(CloseReason.RESET);
        session.onReadComplete();
        assertThat(connection.replies()).isEmpty();
        assertThat(fixture.fetch.metrics.getGauges()).doesNotContainKey(diskGauge());
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void reportsHowTheConnectionOfADriverEnded(CloseReason reason) throws Exception {
        letFilesBeOld();
        registerDriver(session, connection);
        session.onClosed(reason);
        assertExpired(1, reason == CloseReason.CLOSED_BY_PEER);
        assertExpired(1, reason != CloseReason.CLOSED_LOCALLY);
    }

    /** A driver that is not told of would seem to have missed its heartbeats, though nobody could receive any. */
    @Test
    void reportsTheEndOfEachOfItsDriversOnceThereIsMemoryForIt() throws Exception {
        letFilesBeOld();
        registerDriver(session, connection);
        session.onRequest(new Request.Rpc(4, new RpcMessage.RegisterDriver("other", TIMEOUT_MS)));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.done(4)));
        try (ScarceLog scarce = ScarceLog.of(LivenessMonitor.class)) {
            session.onClosed(CloseReason.CLOSED_LOCALLY);
            assertThat(scarce.isUsed()).isTrue();
        }
        connection.runNextTask();
        assertThat(connection.hasTask()).isFalse();
        fixture.ticker.pass(Duration.ofMillis(2 * TIMEOUT_MS));
        fixture.liveness.check();
        assertThat(fixture.fetch.registry.applications()).containsExactlyInAnyOrder("app", "other");
    }

    @Test
    void reportsOnlyItsOwnDriverAndNoneIfItHasNone() throws Exception {
        letFilesBeOld();
        FakeConnection other = new FakeConnection();
        registerDriver(dispatcher.newSession(other, ByteBudget.of(BUDGET)), other);
        session.onClosed(CloseReason.CLOSED_BY_PEER);
        assertExpired(1, false);
    }

    /** Recent changes of files would postpone the expiry. */
    private void letFilesBeOld() throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(100)));
        try (Stream<Path> paths = Files.walk(fixture.fetch.root)) {
            for (Path path : paths.toList()) {
                Files.setLastModifiedTime(path, old);
            }
        }
    }

    @Test
    void countsAMessageUntilItIsAnswered() throws Exception {
        ByteBudget unanswered = ByteBudget.of(BUDGET);
        Session counting = dispatcher.newSession(connection, unanswered);
        counting.onRequest(new Request.Rpc(3, registration()));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.done(3)));
        assertThat(connection.hasSucceeded()).isTrue();
        assertThat(unanswered.usedBytes()).isZero();
    }

    @Test
    void refusesAMessageForWhichThereIsNoMemoryAndServesWhatNeedsNone() throws Exception {
        RpcMessage.RegisterExecutor registration = registration();
        ByteBudget unanswered = ByteBudget.of(registration.retainedBytes() - 1);
        Session counting = dispatcher.newSession(connection, unanswered);
        counting.onRequest(new Request.Rpc(3, registration));
        assertThat(connection.nextReply())
                .isEqualTo(encoded(Reply.failed(3, ProtocolErrors.noMemory(registration.retainedBytes()))));
        assertThat(unanswered.usedBytes()).isZero();
        counting.onRequest(new Request.Rpc(4, new RpcMessage.Heartbeat("app")));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.done(4)));
    }

    @Test
    void closesTheConnectionOfAMessageThatWouldFitLater() {
        RpcMessage diagnosis = new RpcMessage.DiagnoseCorruption(executor.id(), FetchFixture.blockId(0), 1, "CRC32");
        ByteBudget all = ByteBudget.of(BUDGET);
        Session counting = dispatcher.newSession(connection, all.share(diagnosis.retainedBytes()));
        all.reserve(BUDGET);
        counting.onRequest(new Request.Rpc(3, diagnosis));
        assertThat(connection.replies()).isEmpty();
        assertThat(connection.isClosed()).isTrue();
        assertThat(fixture.fetch.count("shedConnections")).isEqualTo(1);
    }

    @Test
    void refusesARegistrationThatWouldFitLaterSinceItsClientTriesAgain() throws Exception {
        ByteBudget unanswered = ByteBudget.of(BUDGET);
        unanswered.reserve(BUDGET);
        RpcMessage.RegisterExecutor registration = registration();
        dispatcher.newSession(connection, unanswered).onRequest(new Request.Rpc(3, registration));
        assertThat(connection.nextReply())
                .isEqualTo(encoded(Reply.failed(3, ProtocolErrors.noMemory(registration.retainedBytes()))));
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void refusesAMessageThatNeverFits() throws Exception {
        RpcMessage diagnosis = new RpcMessage.DiagnoseCorruption(executor.id(), FetchFixture.blockId(0), 1, "CRC32");
        ByteBudget unanswered = ByteBudget.of(diagnosis.retainedBytes() - 1);
        dispatcher.newSession(connection, unanswered).onRequest(new Request.Rpc(3, diagnosis));
        assertThat(connection.nextReply())
                .isEqualTo(encoded(Reply.failed(3, ProtocolErrors.noMemory(diagnosis.retainedBytes()))));
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void releasesWhatAFailedHandlerLeftAndClosesTheConnection() throws Exception {
        ByteBudget unanswered = ByteBudget.of(BUDGET);
        Dispatcher failing = fixture.dispatcher((root, client, task) -> {
            throw new IllegalStateException("for a test");
        });
        Session counting = failing.newSession(connection, unanswered);
        counting.onRequest(new Request.Rpc(
                3, new RpcMessage.DiagnoseCorruption(executor.id(), FetchFixture.blockId(0), 1, "CRC32")));
        assertThat(unanswered.usedBytes()).isZero();
        assertThat(connection.isClosed()).isTrue();
        assertThat(connection.replies()).isEmpty();
        assertThat(counting.longRequestTurns().inProgress()).isZero();
        // The connection logs what the task fails with.
        assertThatIllegalStateException().isThrownBy(connection::runNextTask);
    }

    @Test
    void releasesWhatWaitsWhenTheConnectionClosesAndTheRestWhenItEnds() {
        ByteBudget unanswered = ByteBudget.of(BUDGET);
        List<Runnable> running = new ArrayList<>();
        Session counting = dispatcher(running).newSession(connection, unanswered);
        RpcMessage diagnosis = new RpcMessage.DiagnoseCorruption(executor.id(), FetchFixture.blockId(0), 1, "CRC32");
        counting.onRequest(new Request.Rpc(3, diagnosis));
        counting.onRequest(new Request.Rpc(4, diagnosis));
        assertThat(unanswered.usedBytes()).isEqualTo(2 * diagnosis.retainedBytes());
        connection.close();
        counting.onClosed(CloseReason.RESET);
        assertThat(unanswered.usedBytes()).isEqualTo(diagnosis.retainedBytes());
        running.remove(0).run();
        assertThat(unanswered.usedBytes()).isZero();
    }

    @Test
    void startsWhatWaitedAfterTheInputOfOthers() {
        List<Runnable> running = new ArrayList<>();
        Session waiting = dispatcher(running).newSession(connection, ByteBudget.of(BUDGET));
        RpcMessage diagnosis = new RpcMessage.DiagnoseCorruption(executor.id(), FetchFixture.blockId(0), 1, "CRC32");
        waiting.onRequest(new Request.Rpc(3, diagnosis));
        waiting.onRequest(new Request.Rpc(4, diagnosis));
        while (!running.isEmpty()) {
            running.remove(0).run();
        }
        assertThat(connection.laterTasks()).isOne();
    }

    private Dispatcher dispatcher(List<Runnable> running) {
        try {
            return fixture.dispatcher((root, client, task) -> running.add(task));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private RpcMessage.RegisterExecutor registration() {
        return new RpcMessage.RegisterExecutor(executor.id(), executor.info());
    }

    private void registerDriver(Session its, FakeConnection at) throws Exception {
        at.replies();
        its.onRequest(new Request.Rpc(2, new RpcMessage.RegisterDriver("app", TIMEOUT_MS)));
        assertThat(at.nextReply()).isEqualTo(encoded(Reply.done(2)));
    }

    private void assertExpired(int timeouts, boolean expired) {
        fixture.ticker.pass(Duration.ofMillis(TIMEOUT_MS).multipliedBy(timeouts));
        fixture.liveness.check();
        assertThat(fixture.fetch.registry.applications().isEmpty()).isEqualTo(expired);
    }

    private String diskGauge() {
        return "shuffleService.disk." + fixture.fetch.root + ".queue";
    }
}
