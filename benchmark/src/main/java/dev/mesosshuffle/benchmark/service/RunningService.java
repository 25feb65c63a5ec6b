package dev.mesosshuffle.benchmark.service;

import dev.mesosshuffle.benchmark.security.Endpoint;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A service that accepts connections, from its start until it is closed. */
public final class RunningService implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";

    private static final Path EPHEMERAL_PORTS = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** Above the ports of well-known services. */
    private static final int FIRST_PORT = 10_000;

    private static final int PORT_ATTEMPTS = 1_000;

    private static final String LOG = "service.log";

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration CLOSE_FILES = Duration.ofSeconds(30);
    private static final int LOOK_AGAIN_MILLIS = 5;
    /** By proc(5). */
    private static final String RESET_PEAK = "5";
    /** Looking itself takes time when there are thousands. */
    private static final int LOOK_FOR_FILES_MILLIS = 200;

    private final Launcher launcher;
    private final Path folder;
    private final Setup setup;
    private final int port;
    private final Process process;
    private final Duration startTime;

    private RunningService(Launcher launcher, Path folder, Setup setup, int port, Process process, Duration startTime) {
        this.launcher = launcher;
        this.folder = folder;
        this.setup = setup;
        this.port = port;
        this.process = process;
        this.startTime = startTime;
    }

    /**
     * Starts a service and returns once its port accepts connections.
     *
     * @param launcher what is started
     * @param folder emptied, and then given to the service
     */
    public static RunningService start(Launcher launcher, Path folder, Setup setup)
            throws IOException, InterruptedException {
        deleteTree(folder);
        Files.createDirectories(folder);
        return start(launcher, folder, setup, freePort());
    }

    private static RunningService start(Launcher launcher, Path folder, Setup setup, int port)
            throws IOException, InterruptedException {
        ServiceSecurity.prepare(setup.protection(), folder);
        ProcessBuilder command = new ProcessBuilder(launcher.command(port, folder, setup));
        command.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
        command.environment().putAll(launcher.environment(setup));
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        command.redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(folder.resolve(LOG).toFile()));
        long start = System.nanoTime();
        Process process = command.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end-" + launcher.name()));
        try {
            awaitPort(process, port, folder);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
        return new RunningService(launcher, folder, setup, port, process, Duration.ofNanos(System.nanoTime() - start));
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

    /**
     * None of those that the kernel gives to outgoing connections: one of the load generator's could take it before the
     * service does.
     */
    private static int freePort() throws IOException {
        // By lines: what is not read at once, such a file does not give.
        int firstEphemeral =
                Integer.parseInt(Files.readAllLines(EPHEMERAL_PORTS).get(0).split("\\s+", 2)[0]);
        for (int i = 0; i < PORT_ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, firstEphemeral);
            if (!accepts(port)) {
                return port;
            }
        }
        throw new IOException("no free port from " + FIRST_PORT + " to " + firstEphemeral);
    }

    /** Ends this one and starts another, which finds what this one has kept. */
    public RunningService restart() throws IOException, InterruptedException {
        close();
        return start(launcher, folder, setup, port);
    }

    /** How tables call it. */
    public String name() {
        return launcher.name();
    }

    /** Whether it is one for drivers too. */
    public boolean hearsDrivers() {
        return launcher.hearsDrivers();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The same for the clients of an application, who protect their connections as it wants. */
    public Endpoint endpoint(String appId) {
        return new Endpoint(address(), setup.protection(), appId);
    }

    /** From the start of the process until the port accepted a connection. */
    public Duration startTime() {
        return startTime;
    }

    /** What the process has used so far. */
    public ProcessUsage usage() throws IOException {
        return ProcessUsage.of(process.pid());
    }

    /** Resets the kernel's count of the peak memory. */
    public void forgetPeak() throws IOException {
        Files.writeString(Path.of("/proc", Long.toString(process.pid()), "clear_refs"), RESET_PEAK);
    }

    /** What the process uses once it has no more than so many files open, or after a while if it keeps more. */
    public ProcessUsage awaitOpenFiles(long files) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CLOSE_FILES.toNanos();
        ProcessUsage usage = usage();
        while (usage.openFiles() > files && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_FOR_FILES_MILLIS);
            usage = usage();
        }
        return usage;
    }

    /** What all threads of one name have used of processors so far, in nanoseconds. */
    public long cpuNanosOfThread(String threadName) throws IOException {
        return ProcessUsage.cpuNanosOfThread(process.pid(), threadName);
    }

    /** The number that the service has logged last, where the pattern's first group is. */
    public OptionalDouble lastLogged(Pattern pattern) throws IOException {
        OptionalDouble last = OptionalDouble.empty();
        for (String line : Files.readAllLines(folder.resolve(LOG))) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                last = OptionalDouble.of(Double.parseDouble(matcher.group(1)));
            }
        }
        return last;
    }

    /** Ends the process as an operator does, or by force if that takes too long. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                System.err.println(name() + " was killed: it still ran " + STOP.toSeconds() + " s after SIGTERM");
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
