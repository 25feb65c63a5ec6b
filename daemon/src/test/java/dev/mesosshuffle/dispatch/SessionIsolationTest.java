package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mesosshuffle.fetch.FakeConnection;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Application "app" has an executor and a driver; clients authenticate for it, or for "other". */
class SessionIsolationTest {
    private static final long TIMEOUT_MS = 120_000;
    private static final String NOT_AUTHORIZED =
            "java.lang.SecurityException: Client for other not authorized for application app.";

    @TempDir
    private Path temp;

    private final LogCapture log = LogCapture.of(AuthorizationFilter.class);
    private final FakeConnection connection = new FakeConnection();
    private DispatchFixture fixture;
    private RegisteredExecutor executor;
    private Dispatcher dispatcher;

    @BeforeEach
    void register() throws Exception {
        fixture = new DispatchFixture(temp);
        executor = fixture.fetch.register("app", "7");
        fixture.fetch.files(executor).writeMapOutput(0, 0, block(10, 0), block(20, 1));
        dispatcher = fixture.dispatcher((root, client, task) -> task.run());
    }

    @AfterEach
    void close() {
        log.close();
        fixture.close();
    }

    /** Each kind of message that is about an application. */
    private enum Kind {
        REGISTER_EXECUTOR,
        OPEN_STREAM,
        REMOVE_BLOCKS,
        GET_LOCAL_DIRS,
        DIAGNOSE_CORRUPTION,
        REGISTER_DRIVER,
        HEARTBEAT;

        private RpcMessage message(RegisteredExecutor executor) {
            AppExecId id = executor.id();
            return switch (this) {
                case REGISTER_EXECUTOR -> new RpcMessage.RegisterExecutor(id, executor.info());
                case OPEN_STREAM -> new RpcMessage.OpenStream(id, FetchFixture.blockIds(1));
                case REMOVE_BLOCKS -> new RpcMessage.RemoveBlocks(id, List.of("rdd_1_1"));
                case GET_LOCAL_DIRS -> new RpcMessage.GetLocalDirs(List.of(id));
                case DIAGNOSE_CORRUPTION -> new RpcMessage.DiagnoseCorruption(id, FetchFixture.blockId(0), 1, "CRC32");
                case REGISTER_DRIVER -> new RpcMessage.RegisterDriver(id.appId(), TIMEOUT_MS);
                case HEARTBEAT -> new RpcMessage.Heartbeat(id.appId());
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void refusesWhatIsAboutAnotherApplicationAndKeepsTheConnection(Kind kind) throws Exception {
        session("other").onRequest(new Request.Rpc(3, kind.message(executor)));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.failed(3, NOT_AUTHORIZED)));
        assertThat(connection.isClosed()).isFalse();
        assertThat(connection.hasSucceeded()).isFalse();
        assertThat(connection.isIdleTimeoutDisabled()).isFalse();
        assertThat(refused()).isOne();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("about application app from " + FakeConnection.ADDRESS);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void servesTheClientsOwnApplication(Kind kind) throws Exception {
        session("app").onRequest(new Request.Rpc(3, kind.message(executor)));
        assertServed();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void servesEveryApplicationToAClientWithoutAnIdentity(Kind kind) throws Exception {
        dispatcher.newSession(connection, ByteBudget.of(1 << 20)).onRequest(new Request.Rpc(3, kind.message(executor)));
        assertServed();
    }

    private void assertServed() throws InterruptedException {
        // The type of a response.
        assertThat(connection.nextReply().substring(16)).startsWith("04");
        assertThat(refused()).isZero();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void doesNotTellWhetherAnotherApplicationExists() throws Exception {
        Session session = session("other");
        session.onRequest(new Request.Rpc(3, Kind.OPEN_STREAM.message(executor)));
        AppExecId missing = new AppExecId("abc", "7");
        session.onRequest(new Request.Rpc(3, new RpcMessage.OpenStream(missing, FetchFixture.blockIds(1))));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.failed(3, NOT_AUTHORIZED)));
        assertThat(connection.nextReply())
                .isEqualTo(encoded(Reply.failed(3, ProtocolErrors.notAuthorized("other", "abc"))));
        session("abc").onRequest(new Request.Rpc(4, new RpcMessage.OpenStream(missing, FetchFixture.blockIds(1))));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.failed(4, ProtocolErrors.notRegistered(missing))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "other"})
    void onlyTheHeartbeatsOfItsOwnDriverKeepAnApplicationAlive(String client) throws Exception {
        letFilesBeOld();
        FakeConnection driverConnection = new FakeConnection();
        Session driver = dispatcher.newSession(driverConnection, ByteBudget.of(1 << 20));
        driver.onRequest(new Request.Rpc(2, new RpcMessage.RegisterDriver("app", TIMEOUT_MS)));
        driverConnection.nextReply();
        Session sender = client.equals("app") ? driver : session(client);
        if (client.equals("app")) {
            driver.identify(new ClientIdentity("app"));
        }

        fixture.ticker.pass(Duration.ofMillis(TIMEOUT_MS).multipliedBy(3).dividedBy(2));
        sender.onRequest(new Request.OneWay(new RpcMessage.Heartbeat("app")));
        fixture.ticker.pass(Duration.ofMillis(TIMEOUT_MS).multipliedBy(3).dividedBy(4));
        fixture.liveness.check();

        boolean isOwn = client.equals("app");
        assertThat(fixture.fetch.registry.applications().isEmpty()).isEqualTo(!isOwn);
        assertThat(fixture.fetch.count("authentication.foreignHeartbeats")).isEqualTo(isOwn ? 0 : 1);
        assertThat(connection.replies()).isEmpty();
    }

    @Test
    void servesNoChunkOfAStreamThatAnotherConnectionOpened() throws Exception {
        long stream = session("app")
                .openStream(executor.id(), FetchFixture.blockIds(2))
                .orElseThrow();
        FakeConnection another = new FakeConnection();
        Session foreign = dispatcher.newSession(another, ByteBudget.of(1 << 20));
        foreign.identify(new ClientIdentity("app"));
        foreign.onRequest(new Request.FetchChunk(stream, 0));
        foreign.onRequest(new Request.FetchStream(stream + "_0"));
        foreign.onReadComplete();
        assertThat(another.replies())
                .containsExactlyInAnyOrder(
                        encoded(Reply.chunkFailed(stream, 0, ProtocolErrors.noSuchStream(stream))),
                        encoded(Reply.streamFailed(stream + "_0", ProtocolErrors.noSuchStream(stream))));
    }

    @Test
    void answersAQuestionAboutNoExecutorAndAnInvalidOne() throws Exception {
        Session session = session("other");
        session.onRequest(new Request.Rpc(3, new RpcMessage.GetLocalDirs(List.of())));
        assertThat(connection.nextReply().substring(16)).startsWith("04");
        session.onRequest(new Request.Rpc(4, new RpcMessage.Invalid("wrong")));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.failed(4, "wrong")));
    }

    @Test
    void hasOneIdentity() throws Exception {
        Session session = session("other");
        assertThatIllegalStateException().isThrownBy(() -> session.identify(new ClientIdentity("app")));
        session.onRequest(new Request.Rpc(3, Kind.HEARTBEAT.message(executor)));
        assertThat(connection.nextReply()).isEqualTo(encoded(Reply.failed(3, NOT_AUTHORIZED)));
    }

    private Session session(String appId) {
        Session session = dispatcher.newSession(connection, ByteBudget.of(1 << 20));
        session.identify(new ClientIdentity(appId));
        return session;
    }

    private long refused() {
        return fixture.fetch.count("authentication.unauthorizedRequests")
                + fixture.fetch.count("authentication.foreignHeartbeats");
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
}
