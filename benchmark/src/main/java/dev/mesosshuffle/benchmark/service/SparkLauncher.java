package dev.mesosshuffle.benchmark.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts the shuffle service that comes with Spark, as Spark's own scripts do.
 *
 * @param name how tables call it
 * @param jars the folder with the jars of one Spark version
 * @param roots the roots that it may serve from
 * @param keepsRegistry whether its registry outlives a restart, for which the jars must have its database
 */
public record SparkLauncher(String name, Path jars, List<Path> roots, boolean keepsRegistry) implements Launcher {
    /** Packages of java.base that Spark's launcher opens on Java 17. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    /** Refuses a folder without jars. */
    public SparkLauncher {
        roots = List.copyOf(roots);
        if (!Files.isDirectory(jars)) {
            throw new IllegalArgumentException(jars + " (expected: the folder with the jars of Spark)");
        }
    }

    @Override
    public boolean hearsDrivers() {
        return false;
    }

    @Override
    public List<String> command(int port, Path folder, Setup setup) {
        // In the first one it keeps a registry of its own, as the daemon does elsewhere.
        String localDirs = Stream.of(Stream.of(folder), roots.stream(), setup.moreRoots().stream())
                .flatMap(paths -> paths)
                .map(Path::toString)
                .collect(Collectors.joining(","));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        OPENED.forEach(name -> command.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
        new TreeMap<>(ServiceSecurity.settings(setup.protection(), folder))
                .forEach((key, value) -> command.add("-D" + key + "=" + value));
        if (!keepsRegistry) {
            command.add("-Dspark.shuffle.service.db.enabled=false");
        }
        command.addAll(List.of(
                "-Xmx" + setup.memory(),
                "-Djava.io.tmpdir=" + folder,
                "-Dspark.shuffle.service.enabled=true",
                "-Dspark.shuffle.service.port=" + port,
                "-Dspark.local.dir=" + localDirs,
                "-cp",
                jars + "/*",
                "org.apache.spark.deploy.ExternalShuffleService"));
        return command;
    }

    @Override
    public Map<String, String> environment(Setup setup) {
        Map<String, String> environment = new TreeMap<>(ServiceSecurity.environment(setup.protection()));
        environment.put("SPARK_LOCAL_IP", RunningService.LOOPBACK);
        return environment;
    }
}
