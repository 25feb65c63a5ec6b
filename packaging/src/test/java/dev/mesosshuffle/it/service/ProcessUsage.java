package dev.mesosshuffle.it.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a running process has used of the machine since its start.
 *
 * @param cpuSeconds of all its threads, in its own code and in the kernel
 * @param peakResidentMib the most memory that it ever held
 */
public record ProcessUsage(double cpuSeconds, long peakResidentMib) {
    /** The kernel counts in these, whatever its own clock does. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int KIB_PER_MIB = 1024;

    /** What was used after the other was taken; the peak is that of the whole life. */
    public ProcessUsage since(ProcessUsage earlier) {
        return new ProcessUsage(cpuSeconds - earlier.cpuSeconds, peakResidentMib);
    }

    public static ProcessUsage of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        String stat = Files.readString(process.resolve("stat"));
        // The name in parentheses may hold blanks; counting starts behind it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
        return new ProcessUsage(ticks / TICKS_PER_SECOND, peakResidentKib(process) / KIB_PER_MIB);
    }

    private static long peakResidentKib(Path process) throws IOException {
        List<String> status = Files.readAllLines(process.resolve("status"));
        return status.stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
