package dev.mesosshuffle.registry;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A root, a store, and the registry on it, which can be restarted. */
final class RegistryFixture implements AutoCloseable {
    final Path root;
    final Path stateDir;
    MetricRegistry metrics = new MetricRegistry();
    ByteBudget budget = ByteBudget.of(Long.MAX_VALUE);
    StateStore store;
    Registry registry;

    RegistryFixture(Path temp) throws StoreException, IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        stateDir = temp.resolve("state");
        store = StoreFixture.open(stateDir);
        registry = load();
    }

    private Registry load() throws StoreException {
        return Registry.load(store, RootProbers.inCallersThread(List.of()), dir -> true, budget, metrics);
    }

    /** Restarts with a limit of the memory. */
    void restart(long maxBytes) throws StoreException {
        budget = ByteBudget.of(maxBytes);
        restart();
    }

    void restart() throws StoreException {
        budget = ByteBudget.of(budget.maxBytes());
        store.close();
        metrics = new MetricRegistry();
        store = StoreFixture.open(stateDir);
        registry = load();
    }

    LocalDir dir(String name) {
        return new LocalDir(root, root.resolve(name));
    }

    void mkdirs(String... names) throws IOException {
        for (String name : names) {
            Files.createDirectories(root.resolve(name));
        }
    }

    RegisteredExecutor executor(String appId, String execId, String... dirs) {
        List<LocalDir> places = Stream.of(dirs).map(this::dir).toList();
        List<String> spelled = places.stream().map(dir -> dir.path().toString()).toList();
        return new RegisteredExecutor(
                new AppExecId(appId, execId), new ExecutorShuffleInfo(spelled, 64, "a.ShuffleManager"), places);
    }

    /** Registers an executor, which must succeed. */
    RegisteredExecutor register(String appId, String execId, String... dirs) throws Exception {
        RegisteredExecutor executor = executor(appId, execId, dirs);
        StoreFixture.await(registry.registerExecutor(executor));
        return executor;
    }

    Throwable registerInVain(String appId, String execId, String... dirs) throws Exception {
        return StoreFixture.awaitFailure(registry.registerExecutor(executor(appId, execId, dirs)));
    }

    long refused() {
        return metrics.counter("shuffleService.rejectedRegistrations").getCount();
    }

    @Override
    public void close() {
        store.close();
    }
}
