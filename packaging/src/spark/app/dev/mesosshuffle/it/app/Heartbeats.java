package dev.mesosshuffle.it.app;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import scala.Tuple2;

/**
 * What Spark's scheduler for Mesos does beside scheduling: it registers the driver with the shuffle service and goes on
 * sending heartbeats, over one connection and from the driver's own process. It authenticates and encrypts as the
 * application does. The client's classes are loaded apart from those of the Spark that runs here. Settings:
 *
 * <ul>
 *   <li>{@code spark.it.driverClient} is the class path of that client
 *   <li>{@code spark.it.heartbeatTimeout} is the heartbeat timeout with which the driver registers, in ms
 *   <li>{@code spark.it.heartbeatInterval} is how often it sends a heartbeat, in ms
 * </ul>
 */
final class Heartbeats {
    private static final String CLIENT = "dev.mesosshuffle.it.spark.VersionedClient";

    /** A client's own class may inherit the method from one that is not public. */
    private static final String INTERFACE = "dev.mesosshuffle.it.client.SparkClient";

    private static final List<String> PROTECTION = List.of("spark.authenticate", "spark.network.", "spark.ssl.");

    private Heartbeats() {}

    static void start(SparkContext spark) throws Exception {
        ClassLoader loader = new URLClassLoader(
                urls(spark.conf().get("spark.it.driverClient")), ClassLoader.getPlatformClassLoader());
        prepareCiphers(loader);
        Object client = loader.loadClass(CLIENT)
                .getConstructor(String.class, int.class, String.class, Map.class)
                .newInstance(
                        spark.conf().get("spark.driver.host"),
                        spark.conf().getInt("spark.shuffle.service.port", 0),
                        spark.applicationId(),
                        protection(spark.conf()));
        loader.loadClass(INTERFACE)
                .getMethod("registerDriver", long.class, long.class)
                .invoke(
                        client,
                        spark.conf().getLong("spark.it.heartbeatTimeout", 0),
                        spark.conf().getLong("spark.it.heartbeatInterval", 0));
    }

    /** The settings of the application by which its executors authenticate and encrypt. */
    private static Map<String, String> protection(SparkConf conf) {
        return Arrays.stream(conf.getAll())
                .filter(setting -> PROTECTION.stream().anyMatch(setting._1()::startsWith))
                .collect(Collectors.toMap(Tuple2::_1, Tuple2::_2));
    }

    /** The library of ciphers looks for its classes where the thread that first used it did. */
    private static void prepareCiphers(ClassLoader loader) throws ClassNotFoundException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Class.forName("org.apache.commons.crypto.utils.ReflectionUtils", true, loader);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL[] urls(String classPath) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            urls.add(new File(entry).toURI().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
