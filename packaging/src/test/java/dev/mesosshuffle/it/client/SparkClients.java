package dev.mesosshuffle.it.client;

import dev.mesosshuffle.it.spark.SparkSources;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Makes clients. The classes of a version are loaded once and apart from those of all other versions; they stay, because
 * Netty's threads go on loading some of them for a while after a client was closed. Used by one thread.
 */
public final class SparkClients {
    private static final String CLIENT = "dev.mesosshuffle.it.spark.VersionedClient";
    private static final Map<SparkVersion, ClassLoader> LOADERS = new EnumMap<>(SparkVersion.class);

    private SparkClients() {}

    /**
     * A client of the application that talks to the service on this port of the loopback address. It authenticates if the
     * settings have a secret.
     */
    public static SparkClient connect(SparkVersion version, int port, String appId, Map<String, String> conf)
            throws IOException, ReflectiveOperationException {
        ClassLoader loader = LOADERS.get(version);
        if (loader == null) {
            loader = load(version);
            prepareCiphers(loader);
            LOADERS.put(version, loader);
        }
        return (SparkClient) loader.loadClass(CLIENT)
                .getConstructor(String.class, int.class, String.class, Map.class)
                .newInstance(FreePort.LOOPBACK, port, appId, conf);
    }

    /** Where a process of its own finds the client of a version, and all that it needs. */
    public static List<Path> classPath(SparkVersion version) throws IOException {
        List<Path> classPath = new ArrayList<>(clientAndSpark(version));
        classPath.add(tests());
        return classPath;
    }

    private static ClassLoader load(SparkVersion version) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path file : clientAndSpark(version)) {
            urls.add(file.toUri().toURL());
        }
        return new URLClassLoader("spark-" + version, urls.toArray(URL[]::new), new SharedTypesClassLoader());
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

    private static List<Path> clientAndSpark(SparkVersion version) throws IOException {
        List<Path> classPath = new ArrayList<>();
        classPath.add(SparkSources.compile(version, sourceFolders(version), List.of(tests())));
        classPath.addAll(version.jars());
        return classPath;
    }

    private static Path tests() {
        return Path.of(URI.create(SparkClient.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
    }

    private static List<String> sourceFolders(SparkVersion version) {
        return switch (version) {
            case V2_2_0 -> List.of("client/common", "client/2.2");
            case V2_4_8 -> List.of("client/common", "client/downloads", "client/2.4");
            case V3_0_3, V3_1_3 -> List.of("client/common", "client/downloads", "client/3.x", "client/3.0");
            default -> List.of("client/common", "client/downloads", "client/3.x", "client/3.2");
        };
    }
}
