package dev.mesosshuffle.fetch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.fetch.FetchFixture.blockIds;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkFetcherTest {
    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private FetchFixture fixture;
    private RegisteredExecutor executor;
    private ChunkFetcherFactory factory;
    private ChunkFetcher fetcher;
    private long stream;

    @BeforeEach
    void openStream() throws Exception {
        fixture = new FetchFixture(temp);
        executor = fixture.register("app", "7");
        fixture.files(executor).writeMapOutput(0, 0, block(10, 0), block(20, 1), block(30, 2));
        factory = new ChunkFetcherFactory(
                fixture.services,
                fixture.registry,
                fixture.availableRoot(),
                fixture.rateLimitedLogger,
                fixture.metrics);
        fetcher = factory.newFetcher(connection);
        stream = fetcher.openStream(executor.id(), blockIds(3)).orElseThrow();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void servesTheChunksOfAStream() throws Exception {
        fetcher.fetchChunk(stream, 0);
        fetcher.fetchChunk(stream, 1);
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(2);
        fetcher.schedule();
        connection.runNextTask();
        assertThat(connection.replies())
                .containsExactly(
                        encoded(Reply.chunk(stream, 0, 10), block(10, 0)),
                        encoded(Reply.chunk(stream, 1, 20), block(20, 1)));
        assertThat(fixture.reads.chunksInFlight()).isZero();
    }

    @Test
    void servesAChunkOutsideOfFrames() throws Exception {
        fetcher.fetchStream(stream + "_0");
        fetcher.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(encoded(Reply.stream(stream + "_0", 10), block(10, 0)));
        assertThat(fixture.reads.chunksInFlight()).isZero();
    }

    @Test
    void repliesAtOnceToAChunkThatCannotBeServedAndDoesNotCountIt() {
        fetcher.fetchChunk(stream, 1);
        assertThat(connection.replies())
                .containsExactly(encoded(Reply.chunkFailed(stream, 1, ProtocolErrors.outOfOrderChunk(1, 0))));
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void servesNoChunkOfAnotherConnectionsStream() {
        ChunkFetcher other = factory.newFetcher(connection);
        other.fetchChunk(stream, 0);
        assertThat(connection.replies())
                .containsExactly(encoded(Reply.chunkFailed(stream, 0, ProtocolErrors.noSuchStream(stream))));
    }

    @Test
    void sharesTheLimitWithOtherConnections() {
        fixture.maxChunks = 1;
        fetcher.fetchChunk(stream, 0);
        assertThat(connection.isClosed()).isFalse();

        FakeConnection second = new FakeConnection();
        ChunkFetcher other = factory.newFetcher(second);
        long otherStream = other.openStream(executor.id(), blockIds(1)).orElseThrow();
        other.fetchChunk(otherStream, 0);
        assertThat(second.isClosed()).isTrue();
        assertThat(second.replies()).isEmpty();
        assertThat(connection.isClosed()).isFalse();
        assertThat(fixture.count("shedConnections")).isEqualTo(1);
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(1);
    }

    @Test
    void limitsChunksOutsideOfFramesToo() throws Exception {
        fixture.maxChunks = 1;
        fetcher.fetchStream(stream + "_0");
        assertThat(connection.isClosed()).isFalse();
        fetcher.fetchStream(stream + "_1");
        assertThat(connection.isClosed()).isTrue();
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(1);
        fetcher.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).hasSize(1);
    }

    @Test
    void rejectsAStreamThatNeverFits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fetcher.openStream(executor.id(), blockIds(65_536)))
                .withMessage("stream of 65536 blocks: 524448 bytes of block ids (expected: at most 524288)");
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void closesTheConnectionForAStreamThatDoesNotFitNow() {
        ChunkFetcher other = factory.newFetcher(new FakeConnection());
        assertThat(other.openStream(executor.id(), blockIds(65_000))).isPresent();
        assertThat(connection.isClosed()).isFalse();
        assertThat(fetcher.openStream(executor.id(), blockIds(65_000))).isEmpty();
        assertThat(connection.isClosed()).isTrue();
        assertThat(fixture.count("shedConnections")).isEqualTo(1);

        other.close();
        FakeConnection again = new FakeConnection();
        assertThat(factory.newFetcher(again).openStream(executor.id(), blockIds(65_000)))
                .isPresent();
        assertThat(again.isClosed()).isFalse();
    }

    @Test
    void releasesItsStreamsWhenTheConnectionCloses() {
        assertThat(fixture.streams.usedBytes()).isEqualTo(184);
        fetcher.close();
        assertThat(fixture.streams.usedBytes()).isZero();
    }

    @Test
    void dropsAllQueuedChunksWhenTheConnectionCloses() {
        fetcher.fetchChunk(stream, 0);
        fetcher.fetchStream(stream + "_1");
        fetcher.close();
        assertThat(fixture.reads.chunksInFlight()).isZero();
        fetcher.schedule();
        assertThat(connection.hasTask()).isFalse();
        assertThat(connection.replies()).isEmpty();
    }
}
