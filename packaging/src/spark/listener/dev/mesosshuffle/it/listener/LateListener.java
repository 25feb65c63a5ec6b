package dev.mesosshuffle.it.listener;

import dev.mesosshuffle.driver.ShuffleServiceListener;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListenerApplicationStart;
import scala.Option;

/**
 * An application whose listener gets no event but that of the application's start, as if Spark had dropped the others. Each
 * line on standard input is a step: {@code stop} ends the application, and not the process.
 */
public final class LateListener {
    private LateListener() {}

    public static void main(String[] arguments) throws Exception {
        SparkConf conf = new SparkConf();
        JavaSparkContext spark = new JavaSparkContext(conf);
        long counted = spark.parallelize(Arrays.asList(1, 2, 3), 1).count();
        new ShuffleServiceListener(conf).onApplicationStart(start(spark.sc().applicationId()));
        System.out.println(
                "counted " + counted + " in application " + spark.sc().applicationId());
        BufferedReader steps = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String step = steps.readLine(); step != null; step = steps.readLine()) {
            if (step.equals("stop")) {
                spark.stop();
                System.out.println("stopped");
            }
        }
    }

    /** Later versions have more members, all of them optional. */
    private static SparkListenerApplicationStart start(String appId) throws ReflectiveOperationException {
        Constructor<?> longest = Arrays.stream(SparkListenerApplicationStart.class.getConstructors())
                .max(Comparator.comparingInt(Constructor::getParameterCount))
                .orElseThrow();
        Class<?>[] types = longest.getParameterTypes();
        Object[] members = new Object[types.length];
        boolean isIdSet = false;
        for (int i = 0; i < types.length; i++) {
            if (types[i] == Option.class) {
                members[i] = isIdSet ? Option.empty() : Option.apply(appId);
                isIdSet = true;
            } else {
                members[i] = types[i] == long.class ? (Object) 0L : "late";
            }
        }
        return (SparkListenerApplicationStart) longest.newInstance(members);
    }
}
