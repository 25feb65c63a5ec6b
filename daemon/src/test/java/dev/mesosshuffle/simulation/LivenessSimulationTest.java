package dev.mesosshuffle.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Random lives of applications, masters and two services that share a host's roots, against a small model of what the
 * rules promise: nothing of an application is deleted that must stay; all of an expired one is deleted; nothing else is
 * touched.
 *
 * <p>One seed is always the same, and one always another; {@code -Dmodel.seed} gives another first one, {@code
 * -Dmodel.sequences} says how many sequences there are. A failure names the seed of its sequence, which {@code
 * -Dmodel.replay} runs alone.
 */
final class LivenessSimulationTest {
    private static final long FIXED_SEED = 20_201_117;
    private static final int SEQUENCES = Integer.getInteger("model.sequences", 120);
    private static final Long REPLAY = Long.getLong("model.replay");

    @TempDir
    Path temp;

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.mesosshuffle");
    private final Logger sparkLogger = (Logger) LoggerFactory.getLogger("org.apache.spark");

    static LongStream seeds() {
        return LongStream.of(Long.getLong("model.seed", FIXED_SEED), new Random().nextLong());
    }

    @BeforeEach
    void quiet() {
        logger.setLevel(Level.OFF);
        sparkLogger.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        logger.setLevel(null);
        sparkLogger.setLevel(null);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsWhatMayLiveAndRemovesWhatExpired(long seed) throws Exception {
        Random seeds = new Random(seed);
        List<Long> sequences = REPLAY != null
                ? List.of(REPLAY)
                : LongStream.generate(seeds::nextLong)
                        .limit(SEQUENCES / 2)
                        .boxed()
                        .toList();
        List<AssertionError> failures = Collections.synchronizedList(new ArrayList<>());
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        AtomicBoolean failed = new AtomicBoolean();
        for (long sequence : sequences) {
            threads.execute(() -> {
                if (!failed.get()) {
                    try {
                        run(sequence);
                    } catch (AssertionError e) {
                        failed.set(true);
                        failures.add(e);
                    }
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.HOURS)).isTrue();
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    private void run(long seed) {
        List<String> steps = new ArrayList<>();
        try {
            Random random = new Random(seed);
            Path dir = Files.createDirectory(temp.toRealPath().resolve(Long.toHexString(seed)));
            try (SimulatedHost host = new SimulatedHost(dir, random, steps)) {
                new RandomSequence(host, random).run();
            }
            delete(dir);
        } catch (Throwable e) {
            throw new AssertionError(
                    e + "\nTo run it again: -Dtest=LivenessSimulationTest -Dmodel.replay=" + seed
                            + "\nIt came to that by:\n" + String.join("\n", steps),
                    e);
        }
    }

    private static void delete(Path dir) throws Exception {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(dir)) {
            all = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
