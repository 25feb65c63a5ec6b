package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.testing.LogCapture;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes, as they are after a crash or a double start. */
@Timeout(120)
class StoreProcessTest {
    private static final int ENOUGH = 2_000;

    @TempDir
    Path temp;

    private @Nullable Process process;

    @AfterEach
    void end() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void findsAllThatWasAcknowledgedBeforeTheProcessWasKilled() throws Exception {
        Set<String> acknowledged = new HashSet<>();
        try (BufferedReader output = start()) {
            while (acknowledged.size() < ENOUGH) {
                acknowledged.add(output.readLine());
            }
            kill();
            // Lines that it had still written; the last may be torn.
            output.lines().filter(line -> line.endsWith(".")).forEach(acknowledged::add);
        }

        try (LogCapture log = LogCapture.ofPackages(StateStore.class);
                StateStore store = StoreFixture.open(temp.resolve("state"))) {
            Set<String> found = store.load().executors().stream()
                    .map(executor -> executor.id().execId() + ".")
                    .collect(Collectors.toSet());
            assertThat(found).containsAll(acknowledged);
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void refusesASecondProcessUntilTheFirstHasEnded() throws Exception {
        try (BufferedReader output = start()) {
            assertThat(output.readLine()).isNotNull();

            assertThatThrownBy(() -> StoreFixture.open(temp.resolve("state")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("another mesos-shuffle-service on port 7337 uses it (process "
                            + started().pid() + ")");
            assertThat(output.readLine()).as("the first continues").isNotNull();
            kill();
        }

        StoreFixture.open(temp.resolve("state")).close();
    }

    private Process started() {
        assertThat(process).isNotNull();
        return process;
    }

    private void kill() throws InterruptedException {
        // Not Process.destroyForcibly: that closes the output, of which the rest is still to be read.
        started().toHandle().destroyForcibly();
        assertThat(started().waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    private BufferedReader start() throws Exception {
        Path tmp = Files.createDirectories(temp.resolve("tmp"));
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + tmp,
                "-cp",
                System.getProperty("java.class.path"),
                Registering.class.getName(),
                temp.resolve("state").toString());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return process.inputReader();
    }

    /** Registers executors for ever, several at a time, and prints each one's id when it is committed. */
    static final class Registering {
        private static final int AT_A_TIME = 16;

        public static void main(String[] args) throws Exception {
            StateStore store = StoreFixture.open(Path.of(args[0]));
            for (int i = 0; ; i += AT_A_TIME) {
                for (int j = i; j < i + AT_A_TIME - 1; j++) {
                    String id = "" + j;
                    var unused = put(store, executor("app-" + j % 7, id, "blockmgr-" + id))
                            .thenRun(() -> System.out.println(id + "."));
                }
                String last = "" + (i + AT_A_TIME - 1);
                await(put(store, executor("app", last, "blockmgr-" + last)));
                System.out.println(last + ".");
            }
        }
    }
}
