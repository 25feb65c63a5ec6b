package dev.mesosshuffle.probes;

import dev.mesosshuffle.concurrent.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the inodes of one root's file system. Neither the JDK nor any library here provides them, so this runs the host's
 * {@code stat}, which coreutils and busybox have. Where there is none, they are unknown.
 *
 * <p>It runs no sooner than all inodes could be used up, at a rate that no disk reaches: each minute where there are
 * millions, more often where there are few.
 *
 * <p><b>Concurrency:</b> for one thread at a time, which waits for the process, but only for a few seconds.
 */
final class InodeCounter {
    private static final Logger logger = LoggerFactory.getLogger(InodeCounter.class);

    static final Duration MIN_INTERVAL = Duration.ofSeconds(10);
    static final Duration MAX_INTERVAL = Duration.ofMinutes(1);
    static final Duration UNKNOWN_INTERVAL = Duration.ofHours(1);

    private static final long FILES_PER_SECOND = 100_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Two numbers of 20 digits, a blank and a newline are shorter; longer output is invalid. */
    private static final int MAX_OUTPUT = 64;

    private final List<String> command;
    private final Ticker ticker;
    private FileSystemUsage.Inodes last = FileSystemUsage.Inodes.UNKNOWN;
    private @Nullable Process running;
    private boolean counted;
    private long nextAt;

    /**
     * Creates a counter.
     *
     * @param command prints the total and the free inodes of the file system of the path in its last argument
     */
    InodeCounter(List<String> command, Ticker ticker) {
        this.command = List.copyOf(command);
        this.ticker = ticker;
    }

    static InodeCounter usingStat(Ticker ticker) {
        return new InodeCounter(List.of("stat", "-f", "-c", "%c %d"), ticker);
    }

    /** Counts now, or returns the last count if that is recent enough. */
    FileSystemUsage.Inodes count(Path root) {
        long now = ticker.read();
        if (counted && now - nextAt < 0) {
            return last;
        }
        counted = true;
        try {
            last = run(root);
            nextAt = now + interval(last).toNanos();
        } catch (IOException | OutOfMemoryError e) {
            // It hangs or prints something else; or no process, or no thread to wait for it, can be created now.
            logger.debug("The inodes of {} cannot be counted", root, e);
            nextAt = now + MAX_INTERVAL.toNanos();
        }
        return last;
    }

    static Duration interval(FileSystemUsage.Inodes inodes) {
        if (!inodes.isKnown()) {
            return UNKNOWN_INTERVAL;
        }
        Duration untilUsedUp = Duration.ofSeconds(inodes.free() / FILES_PER_SECOND);
        if (untilUsedUp.compareTo(MIN_INTERVAL) < 0) {
            return MIN_INTERVAL;
        }
        return untilUsedUp.compareTo(MAX_INTERVAL) < 0 ? untilUsedUp : MAX_INTERVAL;
    }

    private FileSystemUsage.Inodes run(Path root) throws IOException {
        if (running != null && running.isAlive()) {
            throw new IOException("the previous process hangs, and no second one is started");
        }
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true);
        builder.command().add(root.toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            logger.debug("{} cannot be run to count inodes", command.get(0), e);
            return FileSystemUsage.Inodes.UNKNOWN;
        }
        running = process;
        return parse(output(process));
    }

    private String output(Process process) throws IOException {
        try (InputStream output = process.getInputStream()) {
            process.getOutputStream().close();
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " has not ended within " + TIMEOUT.toSeconds() + " s");
            }
            return new String(output.readNBytes(MAX_OUTPUT), StandardCharsets.ISO_8859_1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("this service is stopping", e);
        } finally {
            process.destroyForcibly();
        }
    }

    static FileSystemUsage.Inodes parse(String output) throws IOException {
        String[] numbers = output.strip().split(" ", -1);
        try {
            long total = Long.parseLong(numbers[0]);
            long free = numbers.length == 2 ? Long.parseLong(numbers[1]) : -1;
            if (free >= 0 && free <= total) {
                return new FileSystemUsage.Inodes(free, total);
            }
        } catch (NumberFormatException e) {
            logger.debug("Not two numbers", e);
        }
        throw new IOException("its output is: " + output.strip());
    }
}
