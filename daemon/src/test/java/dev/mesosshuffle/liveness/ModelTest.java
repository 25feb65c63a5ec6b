package dev.mesosshuffle.liveness;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Random lives of applications, masters and daemons against a small model of what the rules promise: nothing of an
 * application is deleted that must stay; all of one that is over goes; nothing else is touched.
 *
 * <p>One seed is always the same, and one always another, which a failure names; {@code -Dmodel.seed} gives another
 * first one, {@code -Dmodel.sequences} says how many sequences there are.
 */
final class ModelTest {
    private static final long FIXED_SEED = 20_201_117;
    private static final int SEQUENCES = Integer.getInteger("model.sequences", 60);

    @TempDir
    Path temp;

    private final List<String> steps = new ArrayList<>();
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
    void whatMustStayStaysAndWhatIsOverGoes(long seed) throws Exception {
        Random seeds = new Random(seed);
        for (int i = 0; i < SEQUENCES / 2; i++) {
            long one = seeds.nextLong();
            try {
                run(one, i);
            } catch (Throwable e) {
                throw new AssertionError(
                        "seed " + seed + ", sequence " + i + " after:\n" + String.join("\n", steps), e);
            }
        }
    }

    private void run(long seed, int number) throws Exception {
        Random random = new Random(seed);
        steps.clear();
        Path dir = Files.createDirectories(temp.toRealPath().resolve(seed + "-" + number));
        ModelWorld world = new ModelWorld(dir, random, steps);
        try {
            new ModelSequence(world, random).run();
        } finally {
            world.close();
        }
        world.assertNothingElseTouched();
    }
}
