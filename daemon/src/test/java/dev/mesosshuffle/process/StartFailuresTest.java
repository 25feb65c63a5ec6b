package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class StartFailuresTest {
    private static final String NO_THREAD =
            "unable to create native thread: possibly out of memory or process/resource limits reached";

    @Test
    void namesTheLimitOfThreads() {
        assertThat(StartFailures.explain(new OutOfMemoryError(NO_THREAD), false))
                .contains("no more threads can be made", "ulimit -u", "TasksMax", "pids.max")
                .doesNotContain("tried again", "LimitNOFILE")
                .hasLineCount(1);
        assertThat(StartFailures.explain(
                        new IOException("cannot use it", new ExecutionException(new OutOfMemoryError(NO_THREAD))),
                        true))
                .contains("no more threads can be made (cannot use it)");
    }

    @Test
    void namesTheLimitOfDescriptorsOnce() {
        FileSystemException full = new FileSystemException("/r", null, "Too many open files");
        assertThat(StartFailures.explain(new IOException("cannot look", full), false))
                .isEqualTo("cannot start: too few files may be open (cannot look); raise LimitNOFILE or ulimit -n");
        assertThat(StartFailures.explain(new IOException("cannot open the database"), true))
                .contains("cannot open the database", "LimitNOFILE");
        assertThat(StartFailures.explain(new IOException("no; raise LimitNOFILE or ulimit -n", full), true))
                .isEqualTo("no; raise LimitNOFILE or ulimit -n");
    }

    @Test
    void namesNoLimitWhereNoneIsReached() {
        assertThat(StartFailures.explain(new IOException("cannot listen"), false))
                .isEqualTo("cannot listen");
        assertThat(StartFailures.explain(new OutOfMemoryError("Java heap space"), false))
                .isEqualTo("OutOfMemoryError: Java heap space");
    }

    @Test
    void findsThatDescriptorsAreFree() {
        assertThat(StartFailures.isFull(3)).isFalse();
    }
}
