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
 * Watches the memory that the kernel gives to all TCP connections of the host. Once it is used up, the kernel drops packets
 * of everybody, and nothing else says why. The operator hears of that once, and once of its end.
 *
 * <p><b>Concurrency:</b> {@link #run} is for one thread at a time; it reads what the kernel makes up, no disk.
 */
public final class TcpMemoryMonitor implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(TcpMemoryMonitor.class);

    private static final int NEARLY_USED_UP_PERCENT = 90;
    private static final int RECOVERED_PERCENT = 75;
    private static final int UNKNOWN = -1;
    private static final int MAX_BYTES = 4096;

    /** The last field of the line is in pages, as is the limit. */
    private static final Pattern used = Pattern.compile("^TCP: .*\\bmem (\\d{1,15})$", Pattern.MULTILINE);

    /** The third of three numbers. */
    private static final Pattern limit = Pattern.compile("^\\d+\\s+\\d+\\s+(\\d{1,15})\\s*$");

    private final Path sockstat;
    private final Path tcpMem;
    private volatile int usedPercent = UNKNOWN;
    private boolean told;

    /**
     * Makes one.
     *
     * @param sockstat {@code /proc/net/sockstat}
     * @param tcpMem {@code /proc/sys/net/ipv4/tcp_mem}
     */
    TcpMemoryMonitor(Path sockstat, Path tcpMem) {
        this.sockstat = sockstat;
        this.tcpMem = tcpMem;
    }

    /**
     * Makes a monitor of this host, which looks when it is run.
     *
     * @param metrics gets {@code shuffleService.tcpMemory.usedPercent}
     * @return the monitor
     */
    public static TcpMemoryMonitor ofHost(MetricRegistry metrics) {
        TcpMemoryMonitor monitor =
                new TcpMemoryMonitor(Path.of("/proc/net/sockstat"), Path.of("/proc/sys/net/ipv4/tcp_mem"));
        metrics.register("shuffleService.tcpMemory.usedPercent", (Gauge<Integer>) monitor::usedPercent);
        return monitor;
    }

    /** What was in use at the last look, of what all connections may have together; -1 if that cannot be told. */
    int usedPercent() {
        return usedPercent;
    }

    /** Looks. */
    @Override
    public void run() {
        int percent = look();
        usedPercent = percent;
        if (percent >= NEARLY_USED_UP_PERCENT && !told) {
            told = true;
            logger.warn(
                    "{} % of the memory that this host's kernel gives to all TCP connections is in use. Beyond it packets"
                            + " are dropped, of everybody on this host. See who holds it (\"ss -tm\": connections whose"
                            + " peers do not read), or raise net.ipv4.tcp_mem.",
                    percent);
        } else if (percent < RECOVERED_PERCENT && told) {
            told = false;
            logger.info("{} % of the memory for all TCP connections of this host is in use again", percent);
        }
    }

    private int look() {
        try {
            long pages = number(used, sockstat);
            long most = number(limit, tcpMem);
            return pages < 0 || most <= 0 ? UNKNOWN : (int) Math.min(Integer.MAX_VALUE, 100 * pages / most);
        } catch (IOException e) {
            // Not shown in every network namespace.
            logger.debug("The memory of TCP cannot be looked at", e);
            return UNKNOWN;
        }
    }

    private static long number(Pattern pattern, Path file) throws IOException {
        byte[] buffer = new byte[MAX_BYTES];
        int length;
        try (InputStream in = Files.newInputStream(file)) {
            // At once: of a limit, the kernel shows nothing to whoever comes for the rest.
            length = Math.max(0, in.read(buffer));
        }
        Matcher matcher = pattern.matcher(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : UNKNOWN;
    }
}
