package dev.mesosshuffle.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FetchPlannerTest {
    private static final Dataset DATASET = new Dataset("test", 4, 6, List.of(10, 20, 30), 1);

    @Test
    void shouldAskForEveryBlockOnce() {
        List<Fetch> fetches = plan(FetchKind.SHUFFLE_BLOCKS, 4, 1);

        assertThat(fetches).hasSize(6);
        assertThat(fetches.stream().mapToLong(Fetch::bytes).sum()).isEqualTo(4 * DATASET.length(0, 6));
    }

    @Test
    void shouldAskManyMapTasksForOneReduceId() {
        String request = new String(plan(FetchKind.OPEN_BLOCKS, 4, 1).get(5).request(), StandardCharsets.ISO_8859_1);

        assertThat(request).contains("shuffle_0_0_5", "shuffle_0_1_5", "shuffle_0_2_5", "shuffle_0_3_5");
    }

    @Test
    void shouldCountABatchAsOneChunk() {
        List<Fetch> fetches = plan(FetchKind.BATCH, 2, 3);

        assertThat(fetches).hasSize(4);
        assertThat(fetches).allMatch(fetch -> fetch.chunks() == 2 && fetch.bytes() == 2 * (10 + 20 + 30));
    }

    @Test
    void shouldLeaveOutWhatDoesNotFillAFetch() {
        assertThat(plan(FetchKind.SHUFFLE_BLOCKS, 5, 1)).hasSize(4);
    }

    private static List<Fetch> plan(FetchKind kind, int chunksPerFetch, int width) {
        GeneratedExecutor executor = new GeneratedExecutor(DATASET, List.of(Path.of("/a")));
        return new FetchPlanner(executor, kind, chunksPerFetch, width).plan();
    }
}
