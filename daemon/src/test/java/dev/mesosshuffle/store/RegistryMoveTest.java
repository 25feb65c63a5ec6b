package dev.mesosshuffle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version that keeps the registry in a better place takes the old one along. */
class RegistryMoveTest {
    private static final String DB = "registry-7337.db";
    private static final String MOVED = DB + ".moved-20261125T010203Z";

    @TempDir
    Path temp;

    private final LogLines log = LogLines.of(RegistryMove.class);
    private Path from;
    private Path to;

    @BeforeEach
    void register() throws Exception {
        from = temp.resolve("root/.mesos-shuffle-service");
        to = temp.resolve("var/state");
        try (StateStore old = StoreFixture.open(from)) {
            StoreFixture.await(old.putApplication(new StoredApplication("app", 120_000L)));
        }
    }

    @AfterEach
    void close() {
        log.close();
    }

    private StateStore open() throws StoreException {
        return StateStore.open(to, StoreFixture.PORT, from, StoreFixture.CLOCK, new MetricRegistry());
    }

    private void assertMoved() throws Exception {
        try (StateStore store = open()) {
            assertThat(store.load().applications()).containsExactly(new StoredApplication("app", 120_000L));
        }
        assertThat(from.resolve(DB)).doesNotExist();
        assertThat(from.resolve(MOVED)).exists();
    }

    @Test
    void movesItOnceAndSaysSo() throws Exception {
        assertMoved();
        assertThat(log.lines())
                .containsExactly("INFO The registry was moved from " + from.resolve(DB) + " to " + to.resolve(DB)
                        + "; the old one is kept as " + from.resolve(MOVED) + ", and can be deleted");
        assertThat(Files.size(from.resolve("registry-7337.reserve"))).isZero();

        try (StateStore store = open()) {
            StoreFixture.await(store.putApplication(new StoredApplication("app-2", null)));
        }
        try (StateStore store = open()) {
            assertThat(store.load().applications()).hasSize(2);
        }
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void doesNothingWithoutAnOldOne() throws Exception {
        Files.delete(from.resolve(DB));

        open().close();

        assertThat(log.lines()).isEmpty();
        assertThat(to.resolve(DB)).exists();
    }

    @Test
    void leavesTheOldOneAloneIfThereIsANewOne() throws Exception {
        StoreFixture.open(to).close();

        try (StateStore store = open()) {
            assertThat(store.load().applications()).isEmpty();
        }
        assertThat(from.resolve(DB)).exists();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void doesItAgainIfItWasKilledBeforeTheOldOneWasMovedAside() throws Exception {
        StoreFiles files = StoreFiles.of(to, StoreFixture.PORT);
        files.createDir();
        try (Connection connection = StoreFixture.asOperator(from)) {
            DatabaseCopy.write(connection, files);
        }

        assertMoved();
    }

    @Test
    void goesOnIfItWasKilledAfterTheOldOneWasMovedAside() throws Exception {
        StoreFiles files = StoreFiles.of(to, StoreFixture.PORT);
        files.createDir();
        try (Connection connection = StoreFixture.asOperator(from)) {
            DatabaseCopy.write(connection, files);
        }
        StoreFiles.of(from, StoreFixture.PORT).moveAside(StoreFixture.CLOCK, ".moved-");

        assertMoved();
    }

    @Test
    void doesNotTakeItFromAServiceThatRuns() throws Exception {
        try (StateStore running = StoreFixture.open(from)) {
            StoreFixture.await(running.ping());
            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("another mesos-shuffle-service on port 7337 uses it")
                    .hasMessageContaining("state.dir to " + from);
        }

        assertThat(to.resolve(DB)).doesNotExist();
        assertMoved();
    }

    @Test
    void startsWithoutOneThatIsDamaged() throws Exception {
        Files.writeString(from.resolve(DB), "no database, but long enough to be read as the head of one ".repeat(20));

        open().close();

        assertThat(log.lines()).singleElement().asString().contains("is damaged");
        assertThat(from.resolve(DB)).as("somebody may mend it").exists();
    }

    @Test
    void takesNoLinkForARegistry() throws Exception {
        Path other = temp.resolve("other.db");
        Files.move(from.resolve(DB), other);
        Files.createSymbolicLink(from.resolve(DB), other);

        try (StateStore store = open()) {
            assertThat(store.load().applications()).isEmpty();
        }
        assertThat(other).exists();
    }
}
