package dev.mesosshuffle.it.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process of a test. What it prints is kept in memory and in a file. It and the processes that it started are ended
 * on {@link #close()}, and at the latest when this JVM ends.
 */
public final class ManagedProcess implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(20);
    private static final Set<ManagedProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(ManagedProcess::killTree), "end-processes"));
    }

    private final String name;
    private final Process process;
    private final Output output;
    private final Thread reader;

    private ManagedProcess(String name, Process process, Output output, Thread reader) {
        this.name = name;
        this.process = process;
        this.output = output;
        this.reader = reader;
    }

    /**
     * Starts the command of the builder, its errors going the way of its output.
     *
     * @param log the file that gets a copy of the output; appended to if it exists
     */
    public static ManagedProcess start(String name, ProcessBuilder command, Path log) throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        Process process = command.redirectErrorStream(true).start();
        Output output = new Output();
        Thread reader = new Thread(() -> copy(process, output, log), "output-of-" + name);
        reader.setDaemon(true);
        reader.start();
        ManagedProcess managed = new ManagedProcess(name, process, output, reader);
        RUNNING.add(managed);
        return managed;
    }

    private static void copy(Process process, Output output, Path log) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                Writer file = Files.newBufferedWriter(
                        log, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                file.write(line + System.lineSeparator());
                file.flush();
                output.add(line);
            }
        } catch (IOException e) {
            output.add("(output lost: " + e + ")");
        }
    }

    public Output output() {
        return output;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the first match in the output, from its very first line on. */
    public Matcher await(String regex, Duration atMost) throws InterruptedException {
        return output.await(Pattern.compile(regex), atMost, reader::isAlive);
    }

    /** Writes a line to the standard input of the process. */
    public void send(String line) {
        try {
            BufferedWriter input = process.outputWriter(StandardCharsets.UTF_8);
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not read its standard input", e);
        }
    }

    /** Waits for the process to end by itself; returns its exit status. */
    public int awaitExit(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " still runs after " + atMost.toSeconds() + " s");
        }
        awaitReader();
        return process.exitValue();
    }

    /** Sends a signal, such as {@code HUP}. */
    public void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + signal + ": status " + status);
        }
    }

    /** Asks the process to end, as an operator does; returns its exit status. */
    public int terminate(Duration atMost) throws InterruptedException {
        // Process.destroy() would also close the pipe that the last lines come through.
        process.toHandle().destroy();
        return awaitExit(atMost);
    }

    /** Ends the process and those that it started at once, as {@code kill -9} does, and waits until they are gone. */
    public void kill() {
        List<ProcessHandle> killed = killTree();
        Await.until("the end of " + name, END, () -> killed.stream().noneMatch(ProcessHandle::isAlive));
        awaitReader();
    }

    private void awaitReader() {
        Await.until("all output of " + name, END, () -> !reader.isAlive());
        RUNNING.remove(this);
    }

    private List<ProcessHandle> killTree() {
        List<ProcessHandle> tree = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        tree.forEach(ProcessHandle::destroyForcibly);
        return tree;
    }

    @Override
    public void close() {
        kill();
    }
}
