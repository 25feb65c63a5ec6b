package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.RddBlockId;
import dev.mesosshuffle.protocol.ProtocolErrors;
import org.junit.jupiter.api.Test;

class ConnectionStreamsTest {
    private static final AppExecId EXECUTOR = new AppExecId("app", "7");

    private final ByteBudget budget = ByteBudget.of(2560);
    private final ConnectionStreams streams = new ConnectionStreams(100, budget);

    @Test
    void givesEachChunkOnceAndInOrder() throws Exception {
        long id = streams.open(EXECUTOR, splits(2));
        assertThat(streams.take(id, 0)).isEqualTo(new Chunk(id, 0, EXECUTOR, new RddBlockId(1, 0)));
        assertThat(streams.take(id, 1)).isEqualTo(new Chunk(id, 1, EXECUTOR, new RddBlockId(1, 1)));
    }

    @Test
    void namesTheChunkWhoseTurnItIs() throws Exception {
        long id = streams.open(EXECUTOR, splits(3));
        streams.take(id, 0);
        assertThatExceptionOfType(ChunkRefusedException.class)
                .isThrownBy(() -> streams.take(id, 2))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProtocolErrors.outOfOrderChunk(2, 1)));
    }

    @Test
    void forgetsAStreamWithItsLastChunk() throws Exception {
        long id = streams.open(EXECUTOR, splits(1));
        streams.take(id, 0);
        assertThat(streams.size()).isZero();
        assertThatExceptionOfType(ChunkRefusedException.class)
                .isThrownBy(() -> streams.take(id, 0))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProtocolErrors.noSuchStream(id)));
    }

    @Test
    void keepsAStreamUntilItsLastChunk() throws Exception {
        long id = streams.open(EXECUTOR, splits(2));
        streams.take(id, 0);
        assertThat(streams.size()).isOne();
    }

    @Test
    void givesEachStreamAnIdOfItsOwn() {
        assertThat(streams.open(EXECUTOR, splits(1))).isNotEqualTo(streams.open(EXECUTOR, splits(1)));
    }

    @Test
    void refusesAStreamThatNeverFits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> streams.open(EXECUTOR, splits(113)))
                .withMessage("stream of 113 blocks: 1290 bytes of block ids (expected: at most 1280)");
        assertThat(budget.usedBytes()).isZero();
        assertThat(streams.open(EXECUTOR, splits(112))).isEqualTo(100);
    }

    @Test
    void tellsAStreamThatDoesNotFitNowFromOneThatNeverFitsAndKeepsNothingOfIt() throws Exception {
        long id = streams.open(EXECUTOR, splits(70));
        assertThatExceptionOfType(StreamMemoryException.class)
                .isThrownBy(() -> streams.open(EXECUTOR, splits(31)))
                .withMessage("a stream needs 470 bytes of memory (expected: at most 420 now)");
        assertThat(budget.usedBytes()).isEqualTo(860);
        assertThat(streams.size()).isOne();

        streams.open(EXECUTOR, splits(26));
        assertThat(streams.take(id, 0).streamId()).isEqualTo(id);
    }

    @Test
    void leavesRoomToOtherConnections() {
        streams.open(EXECUTOR, splits(112));
        assertThat(new ConnectionStreams(7, budget).open(EXECUTOR, splits(48))).isEqualTo(7);
    }

    @Test
    void releasesAStreamWithItsLastChunkOnly() throws Exception {
        long id = streams.open(EXECUTOR, splits(2));
        streams.take(id, 0);
        assertThat(budget.usedBytes()).isEqualTo(180);
        streams.take(id, 1);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void releasesAllStreamsOnceWithTheConnection() throws Exception {
        ConnectionStreams others = new ConnectionStreams(7, budget);
        others.open(EXECUTOR, splits(1));
        streams.take(streams.open(EXECUTOR, splits(1)), 0);
        streams.open(EXECUTOR, splits(5));
        streams.close();
        streams.close();
        assertThat(budget.usedBytes()).isEqualTo(170);
        assertThatIllegalArgumentException().isThrownBy(() -> streams.open(EXECUTOR, splits(1)));
        assertThat(budget.usedBytes()).isEqualTo(170);
    }

    private static BlockIds splits(int size) {
        return new BlockIds() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public BlockId get(int index) {
                return new RddBlockId(1, index);
            }

            @Override
            public long retainedBytes() {
                return 10L * size;
            }
        };
    }
}
