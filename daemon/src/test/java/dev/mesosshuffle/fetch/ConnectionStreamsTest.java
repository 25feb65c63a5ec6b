package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.RddBlockId;
import dev.mesosshuffle.protocol.ProtocolErrors;
import org.junit.jupiter.api.Test;

class ConnectionStreamsTest {
    private static final AppExecId EXECUTOR = new AppExecId("app", "7");

    private final ConnectionStreams streams = new ConnectionStreams(100);

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
    void refusesMoreOpenChunksThanAnyClientNeeds() throws Exception {
        long id = streams.open(EXECUTOR, splits(ConnectionStreams.MAX_OPEN_CHUNKS));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> streams.open(EXECUTOR, splits(1)))
                .withMessage("open chunks of one connection: 4000000 + 1 (expected: at most 4000000)");
        streams.take(id, 0);
        streams.open(EXECUTOR, splits(1));
    }

    @Test
    void refusesMoreOpenStreamsThanAnyClientNeeds() throws Exception {
        long id = streams.open(EXECUTOR, splits(1));
        for (int i = 1; i < ConnectionStreams.MAX_OPEN_STREAMS; i++) {
            streams.open(EXECUTOR, splits(1));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> streams.open(EXECUTOR, splits(1)))
                .withMessage("open streams of one connection: 65536 (expected: fewer than that)");
        streams.take(id, 0);
        streams.open(EXECUTOR, splits(1));
    }

    private static BlockIds splits(int size) {
        return new BlockIds() {
            @Override
            public long retainedBytes() {
                return 0;
            }

            @Override
            public int size() {
                return size;
            }

            @Override
            public BlockId get(int index) {
                return new RddBlockId(1, index);
            }
        };
    }
}
