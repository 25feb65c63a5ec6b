package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists that take more than one turn of the event loop; short ones are in {@link RpcHandlerTest}. */
class GetLocalDirsHandlerTest {
    private static final int SLICES = 3;

    @TempDir
    private Path temp;

    private final FakeCaller caller = new FakeCaller();
    private DispatchFixture fixture;
    private RegisteredExecutor executor;
    private GetLocalDirsHandler handler;

    @BeforeEach
    void register() throws Exception {
        fixture = new DispatchFixture(temp);
        executor = fixture.fetch.register("app", "7");
        handler = new GetLocalDirsHandler(
                fixture.fetch.registry, fixture.liveness, new DispatchMetrics(fixture.fetch.metrics));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void looksALongListUpInSeveralTurnsOfTheEventLoop() throws Exception {
        handler.find(longList(), caller.call(1));
        int turns = 1;
        while (caller.runNextTask()) {
            turns++;
        }
        assertThat(turns).isEqualTo(SLICES);
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.localDirs(1, Map.of("7", executor.info()))));
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void rejectsALongListForOneUnknownExecutorAtItsEnd() throws Exception {
        AppExecId unknown = new AppExecId("app", "8");
        List<AppExecId> ids = new ArrayList<>(longList());
        ids.set(ids.size() - 1, unknown);
        handler.find(ids, caller.call(1));
        while (caller.runNextTask()) {}
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.failed(1, ProtocolErrors.notRegistered(unknown))));
        assertThat(caller.hasReply()).isFalse();
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void oneClientHasOneLongListLookedUpAtATimeAndAFewWait() throws Exception {
        for (int i = 1; i <= 4; i++) {
            handler.find(longList(), caller.call(i));
        }
        assertThat(caller.nextReply())
                .isEqualTo(encoded(Reply.failed(
                        4,
                        ProtocolErrors.badRequest(
                                "requests that wait on this connection: 2 (expected: fewer than" + " that)"))));
        while (caller.runNextTask()) {}
        for (int i = 1; i <= 3; i++) {
            assertThat(caller.nextReply()).isEqualTo(encoded(Reply.localDirs(i, Map.of("7", executor.info()))));
        }
    }

    @Test
    void aOneWayMessageReleasesWhatItOccupied() {
        int[] released = new int[1];
        handler.find(List.of(executor.id()), new RpcCall(caller, null, () -> released[0]++));
        assertThat(released[0]).isOne();
    }

    @Test
    void stopsWhenItsClientHasGone() {
        handler.find(longList(), caller.call(1));
        caller.leave();
        assertThat(caller.runNextTask()).isTrue();
        assertThat(caller.runNextTask()).isFalse();
        assertThat(caller.hasReply()).isFalse();
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    private List<AppExecId> longList() {
        return Collections.nCopies(SLICES * GetLocalDirsHandler.EXECUTORS_PER_SLICE, executor.id());
    }
}
