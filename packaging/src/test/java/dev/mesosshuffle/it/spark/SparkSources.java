package dev.mesosshuffle.it.spark;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles sources against one version of Spark, which no class path of the build could hold beside another. Thread-safe.
 */
public final class SparkSources {
    private static final Set<Path> COMPILED = new HashSet<>();

    private SparkSources() {}

    /**
     * Compiles these folders of {@link ItFolders#sparkSources()} together, once in this JVM: applications that run load the
     * classes.
     *
     * @param otherClasses what the sources need beside Spark
     * @return the folder with the classes
     */
    public static synchronized Path compile(SparkVersion version, List<String> folders, List<Path> otherClasses)
            throws IOException {
        Path classes = ItFolders.compiledClasses(version).resolve(String.join("+", folders));
        if (COMPILED.contains(classes)) {
            return classes;
        }
        Files.createDirectories(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-proc:none",
                    "-Xlint:all,-classfile,-path,-serial",
                    "-d",
                    classes.toString(),
                    "-cp",
                    classPath(version, otherClasses));
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources(folders)))
                    .call();
            if (!compiled) {
                throw new AssertionError("does not compile against Spark " + version + ": " + folders
                        + System.lineSeparator() + messages);
            }
        }
        COMPILED.add(classes);
        return classes;
    }

    private static String classPath(SparkVersion version, List<Path> otherClasses) {
        return Stream.concat(otherClasses.stream(), version.jars().stream())
                .map(Path::toString)
                .collect(Collectors.joining(":"));
    }

    private static List<Path> sources(List<String> folders) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(ItFolders.sparkSources().resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }
}
