package dev.mesosshuffle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lack of memory beside a transaction means: what is committed is never reported as failed. */
final class ScarceMemoryCommitTest {
    @TempDir
    Path stateDir;

    private WriterFixture writer;

    @BeforeEach
    void open() throws Exception {
        writer = new WriterFixture(stateDir);
    }

    @AfterEach
    void close() throws Exception {
        writer.close();
    }

    @Test
    void isNoFailureAfterTheCommit() throws Exception {
        failAtCheck(2);
        assertThat(writer.commit(WriterFixture.application("app"))).isCompleted();
        assertThat(writer.storedApplications()).containsExactly("app");
    }

    @Test
    void isAFailureBeforeTheCommit() throws Exception {
        failAtCheck(1);
        CompletableFuture<Void> done = writer.commit(WriterFixture.application("app"));
        assertThat(done).isCompletedExceptionally();
        assertThat(writer.storedApplications()).isEmpty();
        assertThat(writer.commit(WriterFixture.application("app"))).isCompleted();
    }

    @Test
    void isNoObstacleForTheNextTransactionIfTheRollbackFailed() throws Exception {
        writer.onRollback = () -> {
            throw new OutOfMemoryError("for a test");
        };
        CompletableFuture<Void> done = writer.commit(statements -> {
            throw new OutOfMemoryError("for a test");
        });
        assertThat(done).isCompletedExceptionally();
        writer.onRollback = () -> {};
        assertThat(writer.commit(WriterFixture.application("app"))).isCompleted();
        assertThat(writer.storedApplications()).containsExactly("app");
    }

    /** There is one check before each transaction, and one after it. */
    private void failAtCheck(int number) {
        int[] checks = new int[1];
        writer.onFileCheck = () -> {
            if (++checks[0] == number) {
                throw new OutOfMemoryError("for a test");
            }
        };
    }
}
