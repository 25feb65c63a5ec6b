package dev.mesosshuffle.it.spark;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The size of the seed's program.
 *
 * @param valueSize in bytes
 */
public record SeedFigures(int mappers, int keys, int valueSize, int reducers) {
    /** Small enough for a test, with several blocks for each pair of executors. */
    public static final SeedFigures SMALL = new SeedFigures(8, 5_000, 10, 6);

    /** What the program takes as arguments. */
    public List<String> arguments() {
        return IntStream.of(mappers, keys, valueSize, reducers)
                .mapToObj(Integer::toString)
                .toList();
    }

    /** Far more than a step takes on two cores, starts of executors included. */
    Duration longestStep() {
        return Duration.ofMinutes(2).plusMillis((long) mappers * keys / 50);
    }
}
