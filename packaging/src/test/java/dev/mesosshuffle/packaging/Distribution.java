package dev.mesosshuffle.packaging;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The assembled distribution, and an environment to run it in: nothing but what a test puts there. */
final class Distribution {
    static final Path TARGET =
            Path.of(System.getProperty("it.target", "target")).toAbsolutePath();
    static final String VERSION = System.getProperty("it.version", "");
    static final Path HOME = TARGET.resolve("mesos-shuffle-service");
    static final String BIN = HOME.resolve("bin/mesos-shuffle-service").toString();
    static final String START =
            HOME.resolve("sbin/start-mesos-shuffle-service.sh").toString();
    static final String STOP =
            HOME.resolve("sbin/stop-mesos-shuffle-service.sh").toString();
    static final String CHECK =
            HOME.resolve("sbin/check-mesos-shuffle-service.sh").toString();

    private static final long LIMIT_SECONDS = 60;

    private final Path dir;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * Prepares an environment.
     *
     * @param dir an empty dir, the working dir of what is run
     */
    Distribution(Path dir) {
        this.dir = dir;
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    Distribution with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Distribution without(String name) {
        environment.remove(name);
        return this;
    }

    /** Settings for a daemon that binds to loopback and keeps everything in the working dir. */
    String[] harmless(String... command) throws IOException {
        Path root = Files.createDirectories(dir.resolve("local"));
        return concat(
                command,
                "--conf",
                "spark.local.dir=" + root,
                "--conf",
                "spark.mesos.shuffle.service.host=127.0.0.1",
                "--conf",
                "spark.shuffle.service.port=0");
    }

    /** Starts a command; its output goes to the files {@code out} and {@code err} of the working dir. */
    Process start(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(dir.resolve("out").toFile())
                .redirectError(dir.resolve("err").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs a command to its end. */
    Result run(String... command) throws IOException, InterruptedException {
        return result(start(command));
    }

    /** Waits for the end of a command that was started last. */
    Result result(Process process) throws IOException, InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("no end after " + LIMIT_SECONDS + " s: " + out() + err());
        }
        return new Result(process.exitValue(), out(), err());
    }

    String out() throws IOException {
        return Files.readString(dir.resolve("out"));
    }

    String err() throws IOException {
        return Files.readString(dir.resolve("err"));
    }

    /** A JAVA_HOME whose java prints its arguments, one on a line. */
    static Path javaThatPrints(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        if (!java.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + java + " executable");
        }
        return home;
    }

    private static String[] concat(String[] first, String... second) {
        return List.of(List.of(first), List.of(second)).stream()
                .flatMap(List::stream)
                .toArray(String[]::new);
    }

    /** What came out of a command. */
    record Result(int status, String out, String err) {}
}
