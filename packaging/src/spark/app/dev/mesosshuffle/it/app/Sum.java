package dev.mesosshuffle.it.app;

import java.util.Arrays;
import scala.Tuple2;

/** A number that a lost, a foreign or a changed value would change, in whatever order the values come. */
final class Sum {
    private Sum() {}

    static long of(Tuple2<Integer, Iterable<byte[]>> group) {
        long sum = 0;
        for (byte[] value : group._2()) {
            sum += term(group._1(), value);
        }
        return sum;
    }

    /** The sum that the whole program must come to, found without Spark. */
    static long expected(Figures figures) {
        KeyPairs pairs = new KeyPairs(figures);
        long sum = 0;
        for (int mapper = 0; mapper < figures.mappers(); mapper++) {
            for (var each = pairs.call(mapper); each.hasNext(); ) {
                Tuple2<Integer, byte[]> pair = each.next();
                sum += term(pair._1(), pair._2());
            }
        }
        return sum;
    }

    private static long term(int key, byte[] value) {
        return 31L * key + Arrays.hashCode(value);
    }
}
