package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a watchdog asks of the store. */
final class StateStorePingTest {
    @TempDir
    Path stateDir;

    private StateStore store;

    @BeforeEach
    void open() throws Exception {
        store = StoreFixture.open(stateDir);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void answersAPingOnceTheWriterComesToIt() throws Exception {
        CompletableFuture<Void> ping;
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            // The writer waits for this.
            StoreFixture.execute(operator, "BEGIN IMMEDIATE");
            ping = store.ping();
            assertThat(ping).isNotDone();
        }
        await(ping);
    }

    @Test
    void answersAPingThoughItCannotWrite() throws Exception {
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            StoreFixture.execute(operator, "BEGIN IMMEDIATE");
            await(store.ping());
        }
    }

    @Test
    void failsAPingWhenItIsClosed() throws Exception {
        store.close();
        assertThat(awaitFailure(store.ping())).isInstanceOf(StoreException.class);
    }
}
