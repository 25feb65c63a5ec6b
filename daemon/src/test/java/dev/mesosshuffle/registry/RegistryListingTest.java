package dev.mesosshuffle.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators see of a large registry costs clients nothing: none of it waits for the lock, nor holds it. */
final class RegistryListingTest extends OpenRegistry {
    private static final int APPLICATIONS = 10_000;

    @Test
    @Timeout(60)
    void countsAndListsWhileAnotherThreadHoldsTheLock() throws Exception {
        fixture.register("app-0", "1", "blockmgr-a");
        for (int i = 1; i < APPLICATIONS; i++) {
            registry.state.application("app-" + i).persisted = true;
        }

        registry.state.lock.lock();
        try {
            assertThat(elsewhere(registry::applications)).hasSize(APPLICATIONS).contains("app-0", "app-9999");
            assertThat(elsewhere(registry::applicationCount)).isEqualTo(APPLICATIONS);
            assertThat(elsewhere(() -> registry.isPersisted("app-0"))).isTrue();
            assertThat(elsewhere(() -> registry.executorCount("app-0"))).isEqualTo(1);
            assertThat(elsewhere(() -> registry.executors("app-0"))).hasSize(1);
        } finally {
            registry.state.lock.unlock();
        }
    }

    private static <T> T elsewhere(Supplier<T> question) throws Exception {
        return CompletableFuture.supplyAsync(question, task -> new Thread(task).start())
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void leavesOutWhatIsNotPersistedOrIsBeingRemoved() throws Exception {
        fixture.register("stays", "1", "blockmgr-a");
        fixture.register("goes", "1", "blockmgr-b");
        registry.state.application("comes");
        assertThat(registry.applicationCount()).isEqualTo(2);

        RemovedApplication removed = registry.remove("goes");
        assertThat(registry.applications()).containsExactly("stays");
        assertThat(registry.applicationCount()).isEqualTo(1);
        assertThat(registry.isPersisted("goes")).isFalse();

        registry.restore(removed);
        assertThat(registry.applications()).containsExactlyInAnyOrder("stays", "goes");
        assertThat(registry.applicationCount()).isEqualTo(2);
    }
}
