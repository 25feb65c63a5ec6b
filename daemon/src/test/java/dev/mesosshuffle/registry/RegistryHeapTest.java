package dev.mesosshuffle.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What restored executors really occupy of the heap is not more than what is counted for them. Prints both, and how long the
 * restore takes: {@code -Dregistry.executors=100000} for a large host.
 */
class RegistryHeapTest {
    private static final int EXECUTORS = Integer.getInteger("registry.executors", 5_000);
    private static final int DISKS = 2;

    /** The root has another inode now, so that no missing directory is a reason to drop an executor. */
    private static final long FORMER_INODE = 1;

    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource({"1, blockmgr-%s", "100, blockmgr-%s", "100, spark-%s/executor-%1$s/blockmgr-%1$s"})
    void isNotMoreThanIsCounted(int executorsOfEach, String layout) throws Exception {
        Path stateDir = temp.resolve("state");
        write(stateDir, executorsOfEach, layout);
        try (StateStore store = StoreFixture.open(stateDir)) {
            ByteBudget budget = ByteBudget.of(Long.MAX_VALUE);
            long before = usedHeap();
            long start = System.nanoTime();
            Registry registry = Registry.load(
                    store, RootProbers.inCallersThread(List.of()), dir -> true, budget, new MetricRegistry());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            long real = usedHeap() - before;

            System.out.printf(
                    "%d executors, %d of each application, %s: %d ms, bytes of each: %d, counted %d%n",
                    EXECUTORS, executorsOfEach, layout, millis, real / EXECUTORS, budget.usedBytes() / EXECUTORS);
            assertThat(registry.executor(new AppExecId(appId(0), "0"))).isNotNull();
            assertThat(real).isBetween(budget.usedBytes() / 2, budget.usedBytes());
        }
    }

    private static void write(Path stateDir, int executorsOfEach, String layout) throws Exception {
        try (StateStore store = StoreFixture.open(stateDir)) {
            List<CompletableFuture<Void>> written = new ArrayList<>();
            for (int i = 0; i < EXECUTORS; i++) {
                RegisteredExecutor executor =
                        executor(appId(i / executorsOfEach), Integer.toString(i % executorsOfEach), layout);
                written.add(store.putExecutor(
                        executor,
                        executor.dirs().stream()
                                .map(dir ->
                                        new StoredLocalDir(dir, executor.id().appId(), FORMER_INODE))
                                .toList()));
                if (written.size() == 10_000) {
                    await(written);
                }
            }
            await(written);
        }
    }

    private static void await(List<CompletableFuture<Void>> written) throws Exception {
        CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
        written.clear();
    }

    private static RegisteredExecutor executor(String appId, String execId, String layout) {
        List<LocalDir> dirs = new ArrayList<>();
        for (int disk = 0; disk < DISKS; disk++) {
            Path root = Path.of("/disk" + disk + "/spark");
            dirs.add(new LocalDir(root, root.resolve(String.format(layout, UUID.randomUUID()))));
        }
        return new RegisteredExecutor(
                new AppExecId(appId, execId),
                new ExecutorShuffleInfo(
                        dirs.stream().map(dir -> dir.path().toString()).toList(),
                        64,
                        "org.apache.spark.shuffle.sort.SortShuffleManager"),
                dirs);
    }

    private static String appId(int number) {
        return String.format("00112233-4455-6677-8899-aabbccddeeff-%04d-%04d", number / 10_000, number % 10_000);
    }

    /** In bytes; what is garbage now is not counted. */
    private static long usedHeap() {
        long used = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            System.gc();
            used = Math.min(
                    used,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used;
    }
}
