package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Removals that are prepared before their intents are stored, by one caller or by two. */
final class PreparedRemovalsTest extends ReclaimerHost {
    @Test
    void deletesWhatWasPreparedOnlyOnceItIsStarted() throws Exception {
        LocalDir dir = over("blockmgr-1");
        StoredRemoval intent = new StoredRemoval(dir, APP, null);
        PreparedRemovals cancelled = reclaimer.prepare(List.of(intent));
        reclaimer.check();
        assertThat(gauge("pendingDirs")).isEqualTo(0);
        cancelled.cancel();
        cancelled.start();
        assertThat(dir.path()).isDirectory();
        assertThat(memoryAtRest()).isZero();

        PreparedRemovals stored = reclaimer.prepare(List.of(intent));
        reclaimer.check();
        assertThat(dir.path()).isDirectory();
        stored.start();
        stored.start();
        stored.cancel();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void countsRemovalsAgainstTheMemoryOfWhatIsRegisteredUntilTheirIntentsAreDeleted() throws Exception {
        reading.add(APP);
        LocalDir dir = over("blockmgr-1");
        reclaim(APP, List.of(dir));
        long used = memory.usedBytes();
        assertThat(used).isGreaterThan(400);
        reclaimer.reclaim(List.of(new StoredRemoval(dir, APP, null)));
        reclaimer.prepare(List.of(new StoredRemoval(dir, APP, null))).cancel();
        assertThat(memory.usedBytes()).isEqualTo(used);
        reclaimer
                .prepare(List.of(new StoredRemoval(localDirs.dir("blockmgr-2"), APP, null)))
                .cancel();
        assertThat(memory.usedBytes()).isEqualTo(used);

        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(intents()).isEmpty();
        assertThat(memoryAtRest()).isZero();
    }

    @Test
    void deletesWhatTwoPreparedOfWhomOneStoredTheIntent() throws Exception {
        for (boolean cancelsFirst : new boolean[] {true, false}) {
            LocalDir dir = over("blockmgr-1");
            StoredRemoval intent = new StoredRemoval(dir, APP, null);
            PreparedRemovals cancelled = reclaimer.prepare(List.of(intent));
            PreparedRemovals stored = reclaimer.prepare(List.of(intent));
            if (cancelsFirst) {
                cancelled.cancel();
            }
            stored.start();
            cancelled.cancel();
            assertThat(localDirs.root).isEmptyDirectory();
            assertThat(intents()).isEmpty();
            assertThat(memoryAtRest()).isZero();

            localDirs.filledDir("blockmgr-1");
            stored.start();
            assertThat(dir.path()).as("it was started once").isDirectory();
        }
    }

    @Test
    void deletesAsWhatItIsStoredWhateverAnotherPreparedItAs() throws Exception {
        LocalDir dir = over("blockmgr-1");
        PreparedRemovals ofAnOrphan = reclaimer.prepare(List.of(new StoredRemoval(dir, null, null)));
        reading.add(APP);
        reclaimer.prepare(List.of(new StoredRemoval(dir, APP, null))).start();
        ofAnOrphan.cancel();
        assertThat(LocalDirFixture.going(dir))
                .as("only an application's is read")
                .isDirectory();
        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(memoryAtRest()).isZero();
    }

    /** Once the store has told everybody who waits. */
    private long memoryAtRest() throws Exception {
        store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
        return memory.usedBytes();
    }
}
