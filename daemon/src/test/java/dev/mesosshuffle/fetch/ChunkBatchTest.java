package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.testing.ScarceLog;
import dev.mesosshuffle.testing.ShuffleFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test's thread is that of the disk, and the event loop. */
class ChunkBatchTest {
    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private final List<ChunkBatch> ended = new ArrayList<>();
    private FetchFixture fixture;
    private ChunkBatch batch;

    @BeforeEach
    void fill() throws Exception {
        fixture = new FetchFixture(temp);
        RegisteredExecutor executor = fixture.register("app", "7");
        fixture.files(executor).writeMapOutput(0, 0, ShuffleFiles.block(10, 0), ShuffleFiles.block(10, 1));
        batch = new ChunkBatch(fixture.context(fixture.availableRoot()), fixture.root, connection, 2, ended::add);
        for (int i = 0; i < 2; i++) {
            BlockId id = FetchFixture.blockId(i);
            batch.add(new ChunkRead(
                    new Chunk(5, i, executor.id(), id), fixture.blockResolver.locate(executor, id), null));
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void readsAndComesBack() throws Exception {
        batch.run();
        assertThat(ended).isEmpty();
        connection.runNextTask();
        assertThat(ended).containsExactly(batch);
        assertThat(batch.hasFailed()).isFalse();
        assertThat(connection.queuedReplies()).isEqualTo(2);
        assertThat(batch.drop()).isZero();
    }

    @Test
    void readsNothingOnceItIsCancelled() {
        assertThat(batch.cancel()).isTrue();
        batch.run();
        assertThat(connection.hasTask()).isFalse();
        assertThat(batch.drop()).isEqualTo(2);
    }

    @Test
    void isNotCancelledOnceItHasBegun() {
        batch.run();
        assertThat(batch.cancel()).isFalse();
    }

    @Test
    void comesBackIfThereIsNotEvenMemoryToBegin() throws Exception {
        connection.exhaustBatches();
        batch.run();
        connection.runNextTask();
        assertThat(ended).containsExactly(batch);
        assertThat(batch.hasFailed()).isTrue();
        assertThat(batch.drop()).isEqualTo(2);
    }

    @Test
    void comesBackIfThereIsNoMemoryToTellOfTheFailure() throws Exception {
        connection.exhaustBatches();
        try (ScarceLog scarce = ScarceLog.of(ChunkBatch.class)) {
            batch.run();
            assertThat(scarce.isUsed()).isTrue();
        }
        connection.runNextTask();
        assertThat(batch.hasFailed()).isTrue();
    }
}
