package dev.mesosshuffle.it.app;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;

/**
 * What Spark's scheduler for Mesos does beside scheduling: it registers the driver with the shuffle service and goes on
 * sending heartbeats, over one connection and from the driver's own process. The client is that of the last version
 * which had it; its classes are loaded apart from those of the Spark that runs here. Settings:
 *
 * <ul>
 *   <li>{@code spark.it.driverClient} is the class path of that client
 *   <li>{@code spark.it.heartbeatTimeout} is the heartbeat timeout with which the driver registers, in ms
 *   <li>{@code spark.it.heartbeatInterval} is how often it sends a heartbeat, in ms
 * </ul>
 */
final class Heartbeats {
    private static final String CLIENT = "dev.mesosshuffle.it.spark.VersionedClient";

    private Heartbeats() {}

    static void start(SparkContext spark) throws Exception {
        ClassLoader loader = new URLClassLoader(
                urls(spark.conf().get("spark.it.driverClient")), ClassLoader.getPlatformClassLoader());
        Object client = loader.loadClass(CLIENT)
                .getConstructor(String.class, int.class, String.class, Map.class)
                .newInstance(
                        spark.conf().get("spark.driver.host"),
                        spark.conf().getInt("spark.shuffle.service.port", 0),
                        spark.applicationId(),
                        Map.of());
        client.getClass()
                .getMethod("registerDriver", long.class, long.class)
                .invoke(
                        client,
                        spark.conf().getLong("spark.it.heartbeatTimeout", 0),
                        spark.conf().getLong("spark.it.heartbeatInterval", 0));
    }

    private static URL[] urls(String classPath) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            urls.add(new File(entry).toURI().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
