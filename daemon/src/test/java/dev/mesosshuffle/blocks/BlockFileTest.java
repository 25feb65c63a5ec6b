package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected places were computed with Spark 3.5.9's {@code ExecutorDiskUtils.getFilePath}. */
class BlockFileTest {
    @ParameterizedTest
    @CsvSource({
        "1, 64, shuffle_0_0_0.data, /r/blockmgr-0/0c/shuffle_0_0_0.data",
        "1, 64, shuffle_0_0_0.index, /r/blockmgr-0/30/shuffle_0_0_0.index",
        // Names whose hashes are negative.
        "3, 64, shuffle_1_4294967296_0.data, /r/blockmgr-0/29/shuffle_1_4294967296_0.data",
        "3, 64, rdd_12_7, /r/blockmgr-1/13/rdd_12_7",
        "2, 1000, shuffle_5_3_0.index, /r/blockmgr-0/84/shuffle_5_3_0.index",
        // Sub-dirs with three digits.
        "2, 1000, rdd_999_1, /r/blockmgr-0/2c9/rdd_999_1",
        "2, 1000, shuffle_5_4_0.index, /r/blockmgr-1/11c/shuffle_5_4_0.index"
    })
    void liesWhereSparkPutsIt(int dirs, int subDirs, String name, String expected) {
        assertThat(BlockFile.of(executor(dirs, subDirs), name).path()).hasToString(expected);
    }

    private static RegisteredExecutor executor(int dirs, int subDirs) {
        List<String> names = Stream.iterate(0, i -> i + 1)
                .limit(dirs)
                .map(i -> "/r/blockmgr-" + i)
                .toList();
        return new RegisteredExecutor(
                new AppExecId("app", "7"),
                new ExecutorShuffleInfo(names, subDirs, "sort"),
                names.stream()
                        .map(name -> new LocalDir(Path.of("/r"), Path.of(name)))
                        .toList());
    }
}
