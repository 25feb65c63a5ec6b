package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.testing.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A host of a cluster: a network of its own, or this machine's loopback.
 *
 * @param name for people, and for the names of files
 * @param enter the words before a command that make it run there
 * @param address by which other hosts reach it
 * @param localRoot where executors on it make their local dirs
 */
public record SparkHost(String name, List<String> enter, String address, Path localRoot) {
    public SparkHost {
        enter = List.copyOf(enter);
    }

    /** This machine, without a network beyond it. */
    public static SparkHost loopback(Path localRoot) {
        return new SparkHost("loopback", List.of(), FreePort.LOOPBACK, localRoot);
    }

    /** Another network namespace of this machine, by the name that {@code ip netns} knows. */
    public static SparkHost namespace(String name, String address, Path localRoot) {
        return new SparkHost(name, List.of("ip", "netns", "exec", name), address, localRoot);
    }

    /** Makes a command run on this host, and known by its address there. */
    public ProcessBuilder run(ProcessBuilder command) {
        List<String> words = new ArrayList<>(enter);
        words.addAll(command.command());
        command.command(words);
        command.environment().put("SPARK_LOCAL_IP", address);
        return command;
    }
}
