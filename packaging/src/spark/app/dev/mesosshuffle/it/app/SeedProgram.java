package dev.mesosshuffle.it.app;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.JavaConverters;

/**
 * The example of the page on dynamic allocation: each mapper makes every key, and the groups of values by key are
 * counted, which shuffles all of it.
 *
 * <p>Arguments are the figures; the settings come from {@code -Dspark.*}. Each line on standard input is one step, which
 * is answered by one line of JSON:
 *
 * <ul>
 *   <li>{@code register} registers the driver with the shuffle service, see {@link Heartbeats}
 *   <li>{@code map} writes all map output, and reads the first group to that end
 *   <li>{@code idle} waits until no executor is left
 *   <li>{@code count} counts the groups
 *   <li>{@code sum} adds up all values, and prints the expected sum
 *   <li>{@code stop} ends the application
 * </ul>
 */
public final class SeedProgram {
    private final Figures figures;
    private final JavaSparkContext spark;
    private final Ledger ledger;
    private final JavaPairRDD<Integer, Iterable<byte[]>> groups;

    private int jobs;

    private SeedProgram(Figures figures, JavaSparkContext spark, Ledger ledger) {
        this.figures = figures;
        this.spark = spark;
        this.ledger = ledger;
        this.groups = spark.parallelize(
                        IntStream.range(0, figures.mappers()).boxed().collect(Collectors.toList()), figures.mappers())
                .flatMapToPair(new KeyPairs(figures))
                .groupByKey(figures.reducers());
    }

    public static void main(String[] arguments) throws Exception {
        Figures figures = Figures.parse(arguments);
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf())) {
            Ledger ledger = new Ledger();
            spark.sc().addSparkListener(ledger);
            JavaConverters.seqAsJavaList(spark.sc().getExecutorIds()).forEach(ledger::knows);
            new SeedProgram(figures, spark, ledger).run();
        }
    }

    private void run() throws Exception {
        answer("started", "\"appId\":\"" + spark.sc().applicationId() + "\"");
        BufferedReader steps = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String step = steps.readLine(); step != null && !step.equals("stop"); step = steps.readLine()) {
            answer(step, step(step));
        }
    }

    private String step(String step) throws Exception {
        switch (step) {
            case "register":
                Heartbeats.start(spark.sc());
                return ledger.members();
            case "map":
                groups.first();
                return afterJob("\"mappers\":" + figures.mappers());
            case "idle":
                ledger.awaitNoExecutors();
                return ledger.members();
            case "count":
                return afterJob("\"groups\":" + groups.count());
            case "sum":
                long sum = groups.map(Sum::of).reduce(Long::sum);
                return afterJob("\"sum\":" + sum + ",\"expectedSum\":" + Sum.expected(figures));
            default:
                throw new IllegalArgumentException(
                        "step: " + step + " (expected: register, map, idle, count, sum or stop)");
        }
    }

    private String afterJob(String result) throws Exception {
        jobs++;
        ledger.awaitJobs(jobs);
        return result + "," + ledger.members();
    }

    private static void answer(String step, String members) {
        System.out.println("{\"step\":\"" + step + "\"," + members + "}");
    }
}
