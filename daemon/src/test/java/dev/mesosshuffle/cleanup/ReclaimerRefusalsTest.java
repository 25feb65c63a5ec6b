package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.probes.RootProbers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not deleted although its intent is stored: whatever is no local dir any more, or never was. */
final class ReclaimerRefusalsTest extends ReclaimerHost {
    /** A version that accepted any name registered them; {@code log} says so once. */
    @Test
    void leavesWhatSparkDidNotNameUnlessThatIsAllowed() throws Exception {
        LocalDir sparks = over("blockmgr-99aa7dea-5770-4344-8062-81bca143a06e");
        LocalDir notes = over("blockmgr-notes");
        LocalDir others = over("blockmgr-others");
        List<Path> roots = List.of(localDirs.root);
        reclaimer.close();
        metrics = new MetricRegistry();
        reclaimer =
                reclaimer(LocalDirPolicy.of(roots, LocalDirNaming.SPARK, RootProbers.inCallersThread(roots), metrics));
        reclaim(APP, List.of(sparks, notes, others));
        assertThat(sparks.path()).doesNotExist();
        assertThat(notes.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(others.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(intents()).isEmpty();
        assertThat(count("rejected")).isEqualTo(2);
        assertThat(log.lines()).hasSize(1).first().asString().contains("blockmgr-notes is not deleted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1", "spark-1/executor-1", "spark-1/executor-1/blockmgr-1"})
    void refusesADirThatWasSwappedForALink(String swapped) throws Exception {
        LocalDir dir = over("spark-1/executor-1/blockmgr-1");
        Path place = localDirs.root.resolve(swapped);
        Files.move(place, temp.resolve("aside"));
        Files.createSymbolicLink(place, localDirs.outside.resolve(swapped));
        reclaim(APP, List.of(dir));
        reclaimer.check();
        time.pass(HOUR);
        reclaimer.check();
        assertThat(place).isSymbolicLink();
        assertThat(log.lines()).singleElement().asString().contains("ERROR", place.toString(), "symbolic link");
        assertThat(count("rejected")).isEqualTo(2);
        assertThat(intents()).hasSize(1);

        Files.delete(place);
        Files.move(temp.resolve("aside"), place);
        time.pass(HOUR);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void forgetsAGoingDirThatWasSwappedForALinkWhichItLeaves() throws Exception {
        reading.add(APP);
        LocalDir dir = over("blockmgr-1");
        reclaim(APP, List.of(dir));
        Files.move(LocalDirFixture.going(dir), temp.resolve("aside"));
        Files.createSymbolicLink(LocalDirFixture.going(dir), localDirs.outside.resolve("blockmgr-1"));
        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(LocalDirFixture.going(dir)).isSymbolicLink();
        assertThat(temp.resolve("aside/0a")).isNotEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void refusesAFileInPlaceOfTheDir() throws Exception {
        LocalDir dir = localDirs.dir("blockmgr-1");
        Files.writeString(dir.path(), "a file");
        reclaim(APP, List.of(dir));
        assertThat(dir.path()).hasContent("a file");
        assertThat(log.lines()).singleElement().asString().contains("ERROR", "is a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "spark-1", "going-blockmgr-1", "blockmgr-", "going-blockmgr-1/blockmgr-2"})
    void refusesOtherNames(String path) throws Exception {
        LocalDir dir = over(path);
        reclaim(APP, List.of(dir));
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("ERROR", dir.path().toString());
        assertThat(count("rejected")).isEqualTo(1);
    }

    @Test
    void refusesEveryDirUnderARootThatIsNotAllowedAnyMore() throws Exception {
        List<LocalDir> dirs = List.of(over("blockmgr-1"), over("blockmgr-2"));
        store.close();
        start();
        reclaimer = reclaimer(List.of(Files.createDirectory(temp.resolve("other"))), new MetricRegistry());
        reclaimer.reclaim(store.load().removals());
        for (LocalDir dir : dirs) {
            assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        }
        assertThat(log.lines()).singleElement().asString().contains("ERROR", localDirs.root.toString());
        assertThat(intents()).hasSize(2);
    }
}
