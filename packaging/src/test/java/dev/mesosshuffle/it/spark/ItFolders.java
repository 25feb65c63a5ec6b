package dev.mesosshuffle.it.spark;

import java.nio.file.Path;

/** Where the build has put what the integration tests start and compile. */
public final class ItFolders {
    private ItFolders() {}

    /** The build's output folder of the packaging module. */
    public static Path target() {
        return folder("it.target", "target");
    }

    /** The sources that are compiled against one version of Spark at a time. */
    public static Path sparkSources() {
        return folder("it.sources", "src/spark");
    }

    /** For temporary files of the processes, in place of the machine's. */
    public static Path temporary() {
        return target().resolve("tmp");
    }

    /** Classes that were compiled against this version of Spark; no other JVM with tests writes there. */
    public static Path compiledClasses(SparkVersion version) {
        String folder = System.getProperty("it.classes");
        return (folder == null ? target().resolve("spark-classes") : Path.of(folder)).resolve(version.toString());
    }

    private static Path folder(String property, String otherwise) {
        return Path.of(System.getProperty(property, otherwise)).toAbsolutePath();
    }
}
