package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program of the system that does what Java cannot. */
final class Command {
    private Command() {}

    /** Runs it to its end, for what it does. */
    static void run(String... command) throws IOException, InterruptedException {
        var unused = output(command);
    }

    /**
     * Runs it to its end, for what it prints.
     *
     * @return what it printed
     * @throws IOException with what it printed, if it is not there or ended with another status than 0
     */
    static String output(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status + " (expected: 0): " + output);
        }
        return output;
    }
}
