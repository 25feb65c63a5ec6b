package dev.mesosshuffle.benchmark.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process has used of the machine, as the kernel counts it.
 *
 * @param cpuSeconds since its start, in its own code and in the kernel, of all its threads
 * @param residentBytes memory that it holds now
 * @param peakResidentBytes the most memory that it ever held
 * @param diskReadBytes read from disks on its behalf since its start, not from the page cache
 * @param openFiles how many descriptors it holds, sockets among them
 */
public record ProcessUsage(
        double cpuSeconds, long residentBytes, long peakResidentBytes, long diskReadBytes, long openFiles) {
    /** The unit of /proc/PID/stat on every architecture, whatever the kernel's own clock does. */
    private static final double TICKS_PER_SECOND = 100;

    /** Places in /proc/PID/stat, counted from behind the name. */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;
    private static final int CHILDREN_USER_TIME = 13;
    private static final int CHILDREN_SYSTEM_TIME = 14;
    private static final int KIB = 1024;

    /** Looks at a process of the same user. */
    public static ProcessUsage of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        String status = Files.readString(process.resolve("status"));
        return new ProcessUsage(
                cpuSeconds(Files.readString(process.resolve("stat"))),
                number(status, "VmRSS:") * KIB,
                number(status, "VmHWM:") * KIB,
                number(Files.readString(process.resolve("io")), "\nread_bytes:"),
                count(process.resolve("fd")));
    }

    /** What the threads of one name that still run have used of processors since their start, in nanoseconds. */
    static long cpuNanosOfThread(long pid, String name) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                sum += cpuNanos(thread, name);
            }
        }
        return sum;
    }

    private static long cpuNanos(Path thread, String name) throws IOException {
        try {
            if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
                String time = Files.readString(thread.resolve("schedstat"));
                return Long.parseLong(time.substring(0, time.indexOf(' ')));
            }
        } catch (IOException e) {
            // A thread that ends between the listing and the look takes its folder along, or answers that it is gone.
            if (Files.exists(thread)) {
                throw e;
            }
        }
        return 0;
    }

    /** What the processes have used that this one started and that have ended. */
    public static double cpuSecondsOfEndedChildren() throws IOException {
        return seconds(Files.readString(Path.of("/proc/self/stat")), CHILDREN_USER_TIME, CHILDREN_SYSTEM_TIME);
    }

    static double cpuSeconds(String stat) {
        return seconds(stat, USER_TIME, SYSTEM_TIME);
    }

    private static double seconds(String stat, int user, int system) {
        // The name in parentheses may hold blanks and parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[user]) + Long.parseLong(fields[system])) / TICKS_PER_SECOND;
    }

    static long number(String text, String key) {
        int at = text.indexOf(key);
        if (at < 0) {
            throw new IllegalArgumentException("no " + key + " in " + text);
        }
        String rest = text.substring(at + key.length()).stripLeading();
        int end = 0;
        while (end < rest.length() && Character.isDigit(rest.charAt(end))) {
            end++;
        }
        return Long.parseLong(rest.substring(0, end));
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }
}
