package dev.mesosshuffle.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.store.StateStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a service before each step of a whole {@link Scenario}, and has the next process go on; every so often, that one is
 * killed too. Each process checks that everything that was acknowledged is true, and that nothing is missing of what it serves.
 * In the end there must be all of what lives, and of others', and nothing else.
 */
@Timeout(900)
class CrashPointsIT {
    private static final int NEVER = Integer.MAX_VALUE;
    private static final int SECOND_CRASH_EVERY = 4;

    /** How far the second crash is from the second start; more than a start and what it finds half done need. */
    private static final int MAX_STEPS_OF_SECOND = 24;

    @TempDir
    private Path temp;

    @Test
    void comesUpRightWhereverItWasKilled() throws Exception {
        List<String> failures = new ArrayList<>();
        int second = 0;
        int steps;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Debugger debugger = new Debugger()) {
            CrashingProcess.End whole = new Life(debugger, temp, "whole").until(NEVER);
            assertThat(whole.killed()).isFalse();
            assertThat(whole.passed()).containsOnlyKeys(CrashingProcess.Kind.values());
            steps = whole.passed().values().stream().mapToInt(Integer::intValue).sum();

            List<Callable<String>> points = new ArrayList<>();
            for (int step = 1; step <= steps; step++) {
                List<Integer> crashes = new ArrayList<>(List.of(step));
                if (step % SECOND_CRASH_EVERY == 0) {
                    crashes.add(1 + second++ % MAX_STEPS_OF_SECOND);
                }
                points.add(() -> failureOf(debugger, crashes));
            }
            for (Future<String> failure : threads.invokeAll(points)) {
                failures.add(failure.get());
            }
        } finally {
            threads.shutdownNow();
        }
        failures.removeIf(String::isEmpty);
        System.out.println("Crash points: " + steps + ", " + second
                + " of them with a second crash after the next start; " + failures.size() + " failed");
        assertThat(failures).isEmpty();
    }

    /** Has one crash follow the other, counted in steps from each start, and then lets all come to its end. */
    private String failureOf(Debugger debugger, List<Integer> crashes) throws Exception {
        Life life = new Life(debugger, temp, "crash" + crashes);
        try {
            for (int step : crashes) {
                life.until(step);
            }
            life.end();
            return "";
        } catch (Exception | AssertionError e) {
            return "Killed before step " + crashes + ": " + e;
        }
    }

    /** One host, and the processes that run the scenario there, one after the other. */
    private static final class Life {
        private final Debugger debugger;
        private final Path dir;
        private final Host host;
        private final Map<String, String> stays;

        Life(Debugger debugger, Path temp, String name) throws Exception {
            this.debugger = debugger;
            this.dir = Files.createDirectory(temp.resolve(name));
            this.host = new Host(Files.createDirectory(dir.resolve("host")));
            this.stays = host.fill();
            // Another service on the host, which never says anything of its own.
            Service.openStore(host, Service.OTHER_PORT).close();
        }

        /** One process, up to a step. */
        CrashingProcess.End until(int step) throws Exception {
            Path output = dir.resolve("output");
            CrashingProcess.End end =
                    CrashingProcess.of(debugger.start(Scenario.class, host.path(""), output, dir), step);
            if (!end.killed() && end.status() != 0) {
                throw new AssertionError("it ended by itself: " + Files.readString(output));
            }
            return end;
        }

        /** One more process' work, to the end, and what is left then. */
        void end() throws Exception {
            Scenario.run(host);
            assertThat(host.contents()).isEqualTo(stays);
            assertThat(registered(Service.PORT))
                    .containsExactlyInAnyOrderElementsOf(Host.executorsOf(Host.LIVE).stream()
                            .map(Host.Executor::id)
                            .toList());
            assertThat(registered(Service.OTHER_PORT)).isEmpty();
        }

        /** Whom a port's registry names, once it names nothing that is still to be deleted. */
        private List<AppExecId> registered(int port) throws Exception {
            try (StateStore store = Service.openStore(host, port)) {
                StoredState state = store.load();
                assertThat(state.removals()).isEmpty();
                return state.executors().stream().map(RegisteredExecutor::id).toList();
            }
        }
    }
}
