package dev.mesosshuffle.fetch;

import static dev.mesosshuffle.fetch.FetchFixture.blockIds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamRequestQueueTest {
    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private final ConnectionStreams streams = new ConnectionStreams(17, FetchFixture.unlimited());
    private FetchFixture fixture;
    private StreamRequestQueue queue;

    @BeforeEach
    void openStream() throws Exception {
        fixture = new FetchFixture(temp);
        RegisteredExecutor executor = fixture.register("app", "7");
        streams.open(executor.id(), blockIds(2));
        queue = new StreamRequestQueue(
                connection, new ChunkResolver(streams, fixture.registry, fixture.blockResolver), fixture.reads);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void yieldsChunksInTheOrderOfTheirRequests() {
        add("17_0");
        add("17_1");
        assertThat(nextBlock()).isEqualTo(FetchFixture.blockId(0));
        assertThat(nextBlock()).isEqualTo(FetchFixture.blockId(1));
        assertThat(queue.next()).isNull();
        assertThat(connection.replies()).isEmpty();
    }

    @Test
    void repliesToAChunkThatCannotBeServedOnlyWhenItsTurnComes() {
        add("17_0");
        add("18_0");
        add("17_1");
        queue.next();
        assertThat(connection.replies()).isEmpty();
        assertThat(nextBlock()).isEqualTo(FetchFixture.blockId(1));
        assertThat(connection.replies())
                .containsExactly(FakeConnection.encoded(Reply.streamFailed("18_0", ProtocolErrors.noSuchStream(18))));
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(2);
    }

    @Test
    void hasNoNextChunkIfNoneOfThemCanBeServed() {
        add("18_0");
        add("nonsense");
        assertThat(queue.next()).isNull();
        assertThat(connection.replies()).hasSize(2);
        assertThat(fixture.reads.chunksInFlight()).isZero();
    }

    @Test
    void dropsAndCountsAllRequestsWhenItCloses() {
        add("17_0");
        add("17_1");
        queue.close();
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(queue.next()).isNull();
        assertThat(connection.replies()).isEmpty();
    }

    private void add(String name) {
        fixture.reads.chunkRequested();
        queue.add(name);
    }

    private Object nextBlock() {
        return Objects.requireNonNull(queue.next()).block().id();
    }
}
