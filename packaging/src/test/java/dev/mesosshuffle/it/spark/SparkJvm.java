package dev.mesosshuffle.it.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line that runs a class of Spark, or one compiled against it, on this machine's Java. */
public final class SparkJvm {
    /** What Spark's own launcher opens, for Spark reads and writes the JDK's private fields. */
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.lang.invoke",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.base/sun.nio.cs",
            "java.base/sun.security.action",
            "java.base/sun.util.calendar");

    private SparkJvm() {}

    /**
     * A process that runs the class with these properties, in an environment without the caller's Spark settings.
     *
     * @param classes searched before Spark's own jars
     */
    public static ProcessBuilder command(
            SparkVersion version,
            List<Path> classes,
            Map<String, String> properties,
            List<String> javaOptions,
            String mainClass,
            List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(quietOptions());
        command.addAll(openedPackages());
        command.addAll(javaOptions);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-cp");
        command.add(String.join(
                ":",
                Stream.concat(classes.stream().map(Path::toString), Stream.of(version.home() + "/jars/*"))
                        .toList()));
        command.add(mainClass);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        withoutSparkSettings(builder);
        builder.environment().put("SPARK_HOME", version.home().toString());
        builder.environment().put("SPARK_SCALA_VERSION", version.scalaBinaryVersion());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** What a JVM needs that runs Spark; Spark's launcher gives it to executors since 3.3. */
    public static List<String> openedPackages() {
        return OPENED.stream()
                .map(opened -> "--add-opens=" + opened + "=ALL-UNNAMED")
                .toList();
    }

    /** Options for a JVM that does little: it starts with half the work. */
    public static List<String> briefOptions() {
        return List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    /** Options that keep a JVM, even one that is killed, from leaving files in the machine's temporary folder. */
    public static List<String> quietOptions() {
        return List.of("-XX:-UsePerfData", "-Djava.io.tmpdir=" + ItFolders.temporary());
    }

    /** Options as one text, as Spark's settings and environment want them; a folder's name may hold a blank. */
    public static String oneText(Stream<String> options) {
        return options.map(option -> '"' + option + '"').collect(Collectors.joining(" "));
    }

    /** Takes the settings of whoever runs the tests out of the environment of a process. */
    public static void withoutSparkSettings(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
    }
}
