package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FatalErrorHandlerTest {
    private final OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread: limits reached");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Integer> statuses = new ArrayList<>();

    @Test
    void doesNotEndTheProcessThatRunsBecauseOneThreadCouldNotBeMade() {
        fail(noThread, true);
        assertThat(err.size()).isZero();
        assertThat(statuses).isEmpty();
    }

    @Test
    void endsAStartWithTheReason() {
        fail(noThread, false);
        fail(new IllegalStateException("no such thing"), false);
        assertThat(statuses).containsExactly(ExitStatus.FAILURE, ExitStatus.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("mesos-shuffle-service: "))
                .anyMatch(line -> line.contains("TasksMax"))
                .anyMatch(line -> line.contains("no such thing"));
    }

    @Test
    void endsTheProcessThatIsOutOfMemory() {
        fail(new OutOfMemoryError("Java heap space"), true);
        assertThat(statuses).containsExactly(3);
    }

    @Test
    void endsItThoughThereIsNoMemoryToSaySo() {
        FatalErrorHandler handler = new FatalErrorHandler(
                new PrintStream(err, true, StandardCharsets.UTF_8),
                failure -> {
                    throw new OutOfMemoryError("Java heap space");
                },
                () -> false,
                statuses::add);
        assertThatThrownBy(() -> handler.uncaughtException(Thread.currentThread(), noThread))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(statuses).containsExactly(ExitStatus.FAILURE);
    }

    @Test
    void endsAProcessThatIsBrokenWithAnotherStatus() {
        fail(new InternalError("broken"), true);
        assertThat(statuses).containsExactly(ExitStatus.FAILURE);
    }

    private void fail(Throwable failure, boolean running) {
        new FatalErrorHandler(
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        StartFailures::explain,
                        () -> running,
                        statuses::add)
                .uncaughtException(Thread.currentThread(), failure);
    }
}
