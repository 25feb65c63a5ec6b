package dev.mesosshuffle.benchmark.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts this project's daemon by the script of its distribution.
 *
 * @param name how tables call it
 * @param distribution the folder that has bin/mesos-shuffle-service
 * @param roots the roots that it may serve from
 * @param classArchive the archive of its classes that goes with an installation
 */
public record DaemonLauncher(String name, Path distribution, List<Path> roots, Path classArchive) implements Launcher {
    private static final String SCRIPT = "bin/mesos-shuffle-service";
    private static final String ARCHIVE_SCRIPT = "sbin/make-class-archive.sh";
    private static final String ARCHIVE_VARIABLE = "MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE";

    public DaemonLauncher {
        roots = List.copyOf(roots);
    }

    /**
     * Makes what installation makes: an archive of the daemon's classes for the Java at hand.
     *
     * @param folder where to; the distribution itself may be packed later
     * @throws IOException if the daemon's script could not
     */
    public static DaemonLauncher install(String name, Path distribution, List<Path> roots, Path folder)
            throws IOException, InterruptedException {
        Path archive = Files.createDirectories(folder).resolve(name + ".jsa");
        ProcessBuilder builder = new ProcessBuilder(
                        distribution.resolve(ARCHIVE_SCRIPT).toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(ARCHIVE_VARIABLE, archive.toString());
        int status = builder.start().waitFor();
        if (status != 0) {
            throw new IOException(ARCHIVE_SCRIPT + " of " + distribution + " ended with " + status + " (expected: 0)");
        }
        return new DaemonLauncher(name, distribution, roots, archive);
    }

    /** Finds the distribution in a folder that is one, or in a checkout that was built. */
    public static Path distributionIn(Path folder) {
        Path built = folder.resolve("packaging/target/mesos-shuffle-service");
        Path distribution = Files.exists(built) ? built : folder;
        if (!Files.isExecutable(distribution.resolve(SCRIPT))) {
            throw new IllegalArgumentException(folder + " (expected: a distribution with " + SCRIPT
                    + ", or a checkout in which mvn package was run)");
        }
        return distribution.toAbsolutePath().normalize();
    }

    @Override
    public boolean hearsDrivers() {
        return true;
    }

    @Override
    public List<String> command(int port, Path folder, Setup setup) {
        String allowed = Stream.concat(roots.stream(), setup.moreRoots().stream())
                .map(Path::toString)
                .collect(Collectors.joining(","));
        Map<String, String> settings = new TreeMap<>(Map.of(
                "spark.mesos.shuffle.service.host",
                RunningService.LOOPBACK,
                "spark.shuffle.service.port",
                Integer.toString(port),
                "spark.local.dir",
                allowed,
                "spark.mesos.shuffle.service.state.dir",
                folder.resolve("state").toString(),
                // The files are used again.
                "spark.mesos.shuffle.service.cleanup",
                "off"));
        settings.putAll(setup.settings());
        settings.putAll(ServiceSecurity.settings(setup.protection(), folder));
        List<String> command =
                new ArrayList<>(List.of(distribution.resolve(SCRIPT).toString()));
        settings.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
        return command;
    }

    @Override
    public Map<String, String> environment(Setup setup) {
        Map<String, String> environment = new TreeMap<>(ServiceSecurity.environment(setup.protection()));
        environment.put("SPARK_DAEMON_MEMORY", setup.memory());
        environment.put(ARCHIVE_VARIABLE, classArchive.toString());
        return environment;
    }
}
