package dev.mesosshuffle.benchmark.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A service that accepts connections, from its start until it is closed. */
public final class RunningService implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";

    /** The default of both, and what the page for users gives them. */
    static final String MEMORY = "1g";

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final int LOOK_AGAIN_MILLIS = 5;

    private final String name;
    private final Process process;
    private final int port;
    private final Duration startTime;

    private RunningService(String name, Process process, int port, Duration startTime) {
        this.name = name;
        this.process = process;
        this.port = port;
        this.startTime = startTime;
    }

    /**
     * Starts a service and returns once its port accepts connections.
     *
     * @param launcher what is started
     * @param folder emptied, and then given to the service
     */
    public static RunningService start(Launcher launcher, Path folder) throws IOException, InterruptedException {
        deleteTree(folder);
        Files.createDirectories(folder);
        int port = freePort();
        ProcessBuilder command = new ProcessBuilder(launcher.command(port, folder));
        command.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
        command.environment().putAll(launcher.environment());
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        command.redirectErrorStream(true)
                .redirectOutput(folder.resolve("service.log").toFile());
        long start = System.nanoTime();
        Process process = command.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end-" + launcher.name()));
        try {
            awaitPort(process, port, folder);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
        return new RunningService(launcher.name(), process, port, Duration.ofNanos(System.nanoTime() - start));
    }

    private static void awaitPort(Process process, int port, Path folder) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!accepts(port)) {
            if (!process.isAlive()) {
                throw new IOException("the service ended with " + process.exitValue() + "; see " + folder);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("nothing listens after " + START.toSeconds() + " s; see " + folder);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** How tables call it. */
    public String name() {
        return name;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** From the start of the process until the port accepted a connection. */
    public Duration startTime() {
        return startTime;
    }

    /** What the process has used so far. */
    public ProcessUsage usage() throws IOException {
        return ProcessUsage.of(process.pid());
    }

    /** Ends the process as an operator does, or by force if that takes too long. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                System.err.println(name + " was killed: it still ran " + STOP.toSeconds() + " s after SIGTERM");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> tree = Files.walk(folder)) {
            deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
