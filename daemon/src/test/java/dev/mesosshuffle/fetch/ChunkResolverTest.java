package dev.mesosshuffle.fetch;

import static dev.mesosshuffle.fetch.FetchFixture.blockIds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkResolverTest {
    @TempDir
    private Path temp;

    private final ConnectionStreams streams = new ConnectionStreams(17, FetchFixture.unlimited());
    private FetchFixture fixture;
    private ChunkResolver resolver;
    private RegisteredExecutor executor;

    @BeforeEach
    void register() throws Exception {
        fixture = new FetchFixture(temp);
        executor = fixture.register("app", "7");
        resolver = new ChunkResolver(streams, fixture.registry, fixture.blockResolver);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void locatesAChunkOnTheDiskOfItsExecutor() throws Exception {
        long stream = streams.open(executor.id(), blockIds(2));
        ChunkRead first = resolver.take(stream, 0);
        assertThat(first.executor()).isEqualTo(executor.id());
        assertThat(first.block().id()).isEqualTo(FetchFixture.blockId(0));
        assertThat(first.disk()).isEqualTo(fixture.root);
        assertThat(FakeConnection.encoded(first.success(5)))
                .isEqualTo(FakeConnection.encoded(Reply.chunk(stream, 0, 5)));
    }

    @Test
    void parsesTheNameOfAChunkAndRepliesByThatName() throws Exception {
        streams.open(executor.id(), blockIds(2));
        resolver.take("17_0");
        ChunkRead second = resolver.take("17_1");
        assertThat(second.block().id()).isEqualTo(FetchFixture.blockId(1));
        assertThat(FakeConnection.encoded(second.success(5)))
                .isEqualTo(FakeConnection.encoded(Reply.stream("17_1", 5)));
        assertThat(FakeConnection.encoded(second.failure("no")))
                .isEqualTo(FakeConnection.encoded(Reply.streamFailed("17_1", "no")));
    }

    @Test
    void onlyAChunkInAFrameIsLimitedInLength() throws Exception {
        long stream = streams.open(executor.id(), blockIds(2));
        ChunkRead framed = resolver.take(stream, 0);
        ChunkRead streamed = resolver.take(stream + "_1");
        assertThat(framed.fits(Reply.MAX_CHUNK_BYTES)).isTrue();
        assertThat(framed.fits(Reply.MAX_CHUNK_BYTES + 1)).isFalse();
        assertThat(streamed.fits(Reply.MAX_CHUNK_BYTES + 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "17", "_0", "17_", "x_0", "17_x", "17_0_0", "99999999999999999999_0", "17_9999999999"})
    void refusesANameThatIsNotTwoNumbers(String name) throws Exception {
        long stream = streams.open(executor.id(), blockIds(1));
        assertRefused(
                () -> resolver.take(name),
                ProtocolErrors.badRequest("stream id: " + name + " (expected: STREAM_CHUNK, two numbers)"));
        resolver.take(stream, 0);
    }

    @Test
    void refusesAnUnknownStream() {
        assertRefused(() -> resolver.take(16, 0), ProtocolErrors.noSuchStream(16));
        assertRefused(() -> resolver.take("16_0"), ProtocolErrors.noSuchStream(16));
    }

    @Test
    void refusesAChunkOutOfOrderAndServesTheRightOneAfterwards() throws Exception {
        long stream = streams.open(executor.id(), blockIds(3));
        assertRefused(() -> resolver.take(stream, 1), ProtocolErrors.outOfOrderChunk(1, 0));
        assertThat(resolver.take(stream, 0).block().id()).isEqualTo(FetchFixture.blockId(0));
        assertRefused(() -> resolver.take(stream, 0), ProtocolErrors.outOfOrderChunk(0, 1));
    }

    @Test
    void refusesAChunkOfAnExecutorThatWasRemovedSinceTheStreamWasOpened() throws Exception {
        long stream = streams.open(executor.id(), blockIds(2));
        resolver.take(stream, 0);
        fixture.registry.remove("app");
        assertRefused(() -> resolver.take(stream, 1), ProtocolErrors.notRegistered(executor.id()));
    }

    @Test
    void refusesAChunkOfAnotherApplicationsExecutorOfTheSameId() {
        AppExecId other = new AppExecId("other", "7");
        long stream = streams.open(other, blockIds(1));
        assertRefused(() -> resolver.take(stream, 0), ProtocolErrors.notRegistered(other));
    }

    private interface Take {
        ChunkRead run() throws ChunkRefusedException;
    }

    private static void assertRefused(Take take, String error) {
        assertThatExceptionOfType(ChunkRefusedException.class)
                .isThrownBy(take::run)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }
}
