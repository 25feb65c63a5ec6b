package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.execute;
import static dev.mesosshuffle.store.StoreFixture.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class CheckpointerTest {
    private static final String ONE_MEGABYTE_ROW =
            "INSERT INTO removals SELECT hex(randomblob(8)), 'app', hex(zeroblob(512 * 1024)), NULL";

    @TempDir
    Path temp;

    private final List<Runnable> tasks = new ArrayList<>();
    private Path database;
    private Path wal;
    private Connection writing;
    private Connection own;
    private Checkpointer checkpointer;

    @BeforeEach
    void open() throws Exception {
        StoreFixture.open(temp).close();
        database = StoreFixture.database(temp);
        wal = temp.resolve("registry-7337.db-wal");
        writing = Sqlite.connectConfigured(database);
        own = Sqlite.connectConfigured(database);
        checkpointer = new Checkpointer(
                wal,
                () -> own,
                tasks::add,
                new OutageLogger(LoggerFactory.getLogger(StoreWriter.class), "Checkpoint", "it grows"),
                4 << 20);
    }

    @AfterEach
    void close() throws Exception {
        writing.close();
        own.close();
    }

    @Test
    void leavesASmallLogAlone() throws Exception {
        commitMegabytes(1);

        assertThat(tasks).isEmpty();
        assertThat(Files.size(database)).isLessThan(1 << 20);
    }

    @Test
    void bringsEvenASmallLogIntoTheDatabaseOnceNothingIsCommittedAnyMore() throws Exception {
        commitMegabytes(1);

        checkpointer.committed();
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(Files.size(database)).isGreaterThan(1 << 20);

        checkpointer.committed();
        checkpointer.committed();
        assertThat(tasks).as("nothing came since").isEmpty();
    }

    @Test
    void bringsALogThatHasGrownIntoTheDatabase() throws Exception {
        commitMegabytes(5);
        assertThat(tasks).as("asked for once").hasSize(1);

        runTasks();

        assertThat(Files.size(database)).isGreaterThan(4 << 20);
    }

    @Test
    void letsTheLogRestart() throws Exception {
        commitMegabytes(5);
        runTasks();

        commitMegabytes(1);

        assertThat(Files.size(wal)).isLessThan(2 << 20);
        assertThat(tasks).isEmpty();
        commitMegabytes(4);
        assertThat(tasks).hasSize(1);
    }

    @Test
    void restartsTheLogAlsoWhenItHasGrownFar() throws Exception {
        commitMegabytes(17);
        runTasks();

        commitMegabytes(1);

        assertThat(Files.size(wal)).isLessThan(2 << 20);
    }

    @Test
    void doesNotTryAgainAtEachCommitWhileAReaderHoldsTheLog() throws Exception {
        try (Connection operator = StoreFixture.asOperator(temp)) {
            execute(operator, "BEGIN");
            assertThat(query(operator, "SELECT count(*) FROM removals")).containsExactly("0");
            commitMegabytes(5);
            runTasks();

            commitMegabytes(3);
            assertThat(tasks).isEmpty();
            commitMegabytes(2);
            assertThat(tasks).hasSize(1);
            execute(operator, "COMMIT");
        }
        runTasks();

        commitMegabytes(1);

        assertThat(Files.size(wal)).isLessThan(2 << 20);
    }

    @Test
    void logsAFailureOnceAndRetries() throws Exception {
        own.close();
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            commitMegabytes(5);
            runTasks();
            commitMegabytes(5);
            assertThat(tasks).hasSize(1);
            runTasks();

            assertThat(log.lines()).singleElement().asString().startsWith("ERROR Checkpoint fails: ");
        }
    }

    private void commitMegabytes(int megabytes) throws Exception {
        for (int i = 0; i < megabytes; i++) {
            execute(writing, ONE_MEGABYTE_ROW);
            checkpointer.committed();
        }
    }

    private void runTasks() {
        List<Runnable> now = List.copyOf(tasks);
        tasks.clear();
        now.forEach(Runnable::run);
    }
}
