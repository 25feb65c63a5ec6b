package dev.mesosshuffle.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RegistryRaceTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 300;

    @TempDir
    Path temp;

    /** Whatever the order, memory and store agree in the end, and nothing that was acknowledged is lost but removed. */
    @RepeatedTest(3)
    void keepsMemoryAndStoreTheSameWhileApplicationsComeAndGo() throws Exception {
        try (RegistryFixture fixture = new RegistryFixture(temp)) {
            Registry registry = fixture.registry;
            ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
            List<Future<Set<LocalDir>>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int worker = i;
                workers.add(threads.submit(() -> register(fixture, worker)));
            }
            Future<?> remover = threads.submit(() -> remove(registry));
            Set<LocalDir> acknowledged = new HashSet<>();
            for (Future<Set<LocalDir>> worker : workers) {
                acknowledged.addAll(worker.get(60, TimeUnit.SECONDS));
            }
            remover.get(60, TimeUnit.SECONDS);
            threads.shutdown();

            Set<AppExecId> stored = fixture.store.load().executors().stream()
                    .map(RegisteredExecutor::id)
                    .collect(Collectors.toSet());
            assertThat(stored)
                    .allSatisfy(id -> assertThat(registry.executor(id)).isNotNull());
            assertThat(registry.executorCount()).isEqualTo(stored.size());

            Set<LocalDir> accounted = fixture.store.loadRemovals().stream()
                    .map(StoredRemoval::dir)
                    .collect(Collectors.toCollection(HashSet::new));
            fixture.store.load().localDirs().forEach(dir -> accounted.add(dir.dir()));
            assertThat(accounted).containsAll(acknowledged);
            Set<LocalDir> owned = new HashSet<>();
            registry.applications()
                    .forEach(app -> owned.addAll(registry.remove(app).dirs()));
            assertThat(owned)
                    .isEqualTo(fixture.store.load().localDirs().stream()
                            .map(dir -> dir.dir())
                            .collect(Collectors.toSet()));
        }
    }

    private static Set<LocalDir> register(RegistryFixture fixture, int worker) throws Exception {
        Set<LocalDir> acknowledged = new HashSet<>();
        for (int i = 0; i < ROUNDS; i++) {
            RegisteredExecutor executor =
                    fixture.executor("app-" + i % 3, worker + "-" + i % 20, "blockmgr-" + worker + "-" + i);
            CompletableFuture<Boolean> done = fixture.registry
                    .registerExecutor(executor)
                    .handle((ok, failure) -> {
                        assertThat(failure)
                                .satisfiesAnyOf(
                                        none -> assertThat(none).isNull(),
                                        over -> assertThat(over).isInstanceOf(RegistrationRefusedException.class));
                        return failure == null;
                    });
            if (done.get(60, TimeUnit.SECONDS)) {
                acknowledged.addAll(executor.dirs());
            }
        }
        return acknowledged;
    }

    private static Void remove(Registry registry) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            RemovedApplication removed = registry.remove("app-" + i % 3);
            if (i % 4 == 0) {
                registry.restore(removed);
            } else {
                registry.persistRemoval(removed, true).get(60, TimeUnit.SECONDS);
            }
        }
        return null;
    }
}
