package dev.mesosshuffle.transport;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Monitors the memory that the kernel has for all TCP connections of the host. When it is used up, the kernel drops packets
 * of all processes, and nothing else reports the reason. Logs the begin and the end of a shortage once each.
 *
 * <p><b>Concurrency:</b> {@link #run} is for one thread at a time; it reads {@code /proc}, not a disk.
 */
public final class TcpMemoryMonitor implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(TcpMemoryMonitor.class);

    private static final int WARN_PERCENT = 90;
    private static final int RECOVERED_PERCENT = 75;
    private static final int UNKNOWN = -1;
    private static final int MAX_BYTES = 4096;

    /** The last field of the line, in pages, as the limit. */
    private static final Pattern used = Pattern.compile("^TCP: .*\\bmem (\\d{1,15})$", Pattern.MULTILINE);

    /** The third of three numbers. */
    private static final Pattern limit = Pattern.compile("^\\d+\\s+\\d+\\s+(\\d{1,15})\\s*$");

    private final Path sockstat;
    private final Path tcpMem;
    private volatile int usedPercent = UNKNOWN;
    private boolean warned;

    /**
     * Creates a monitor that has measured nothing yet.
     *
     * @param sockstat {@code /proc/net/sockstat}
     * @param tcpMem {@code /proc/sys/net/ipv4/tcp_mem}
     */
    TcpMemoryMonitor(Path sockstat, Path tcpMem) {
        this.sockstat = sockstat;
        this.tcpMem = tcpMem;
    }

    /**
     * Creates the monitor of this host, which measures when it is run.
     *
     * @param metrics gets {@code shuffleService.tcpMemory.usedPercent}
     */
    public static TcpMemoryMonitor ofHost(MetricRegistry metrics) {
        TcpMemoryMonitor monitor =
                new TcpMemoryMonitor(Path.of("/proc/net/sockstat"), Path.of("/proc/sys/net/ipv4/tcp_mem"));
        metrics.register("shuffleService.tcpMemory.usedPercent", (Gauge<Integer>) monitor::usedPercent);
        return monitor;
    }

    /** The share in use at the last measurement, in percent; -1 if the host does not show it. */
    int usedPercent() {
        return usedPercent;
    }

    /** Measures once. */
    @Override
    public void run() {
        int percent = measure();
        usedPercent = percent;
        if (percent >= WARN_PERCENT && !warned) {
            warned = true;
            logger.warn(
                    "{} % of the memory that this host's kernel gives to all TCP connections is in use. Beyond it packets"
                            + " of all processes on this host are dropped. Check who holds it (\"ss -tm\": connections whose"
                            + " peers do not read), or raise net.ipv4.tcp_mem.",
                    percent);
        } else if (percent < RECOVERED_PERCENT && warned) {
            warned = false;
            logger.info("{} % of the memory for all TCP connections of this host is in use again", percent);
        }
    }

    private int measure() {
        try {
            long pages = number(used, sockstat);
            long max = number(limit, tcpMem);
            return pages < 0 || max <= 0 ? UNKNOWN : (int) Math.min(Integer.MAX_VALUE, 100 * pages / max);
        } catch (IOException e) {
            // Not visible in every network namespace.
            logger.debug("The memory of TCP connections cannot be measured", e);
            return UNKNOWN;
        }
    }

    private static long number(Pattern pattern, Path file) throws IOException {
        byte[] buffer = new byte[MAX_BYTES];
        int length;
        try (InputStream in = Files.newInputStream(file)) {
            // In one read: for a limit, the kernel returns nothing to a second read.
            length = Math.max(0, in.read(buffer));
        }
        Matcher matcher = pattern.matcher(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : UNKNOWN;
    }
}
