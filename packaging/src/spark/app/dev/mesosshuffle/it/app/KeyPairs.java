package dev.mesosshuffle.it.app;

import java.util.Iterator;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/** One mapper's pairs: every key with random bytes, which are the same each time that the mapper runs. */
final class KeyPairs implements PairFlatMapFunction<Integer, Integer, byte[]> {
    private static final long serialVersionUID = 1;

    private final Figures figures;

    KeyPairs(Figures figures) {
        this.figures = figures;
    }

    @Override
    public Iterator<Tuple2<Integer, byte[]>> call(Integer mapper) {
        Random random = new Random(mapper);
        return IntStream.range(0, figures.keys())
                .mapToObj(key -> {
                    byte[] value = new byte[figures.valueSize()];
                    random.nextBytes(value);
                    return new Tuple2<>(key, value);
                })
                .iterator();
    }
}
