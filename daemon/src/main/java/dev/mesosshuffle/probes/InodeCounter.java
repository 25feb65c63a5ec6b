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
 * Counts the inodes of one root's file system. Neither the JDK nor any library here tells them, so the host's {@code
 * stat} is asked, which coreutils and busybox have. Where there is none, they are unknown.
 *
 * <p>It is asked no sooner than all inodes could be used up, at a rate that no disk reaches: each minute where there are
 * millions, more often where there are few.
 *
 * <p><b>Concurrency:</b> for one thread at a time, which waits for the process, but not for ever.
 */
final class InodeCounter {
    private static final Logger logger = LoggerFactory.getLogger(InodeCounter.class);

    static final Duration SHORTEST = Duration.ofSeconds(10);
    static final Duration LONGEST = Duration.ofMinutes(1);
    static final Duration RETRY = Duration.ofHours(1);

    private static final long FILES_PER_SECOND = 100_000;
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Two numbers of 20 digits, a blank and a newline are less; whatever says more is not what was asked. */
    private static final int MAX_OUTPUT = 64;

    private final List<String> command;
    private final Ticker ticker;
    private FileSystemUsage.Inodes last = FileSystemUsage.Inodes.UNKNOWN;
    private @Nullable Process running;
    private boolean counted;
    private long nextAt;

    /**
     * Makes one.
     *
     * @param command prints the total and the free inodes of the file system of the path that it is given
     * @param ticker the time
     */
    InodeCounter(List<String> command, Ticker ticker) {
        this.command = List.copyOf(command);
        this.ticker = ticker;
    }

    static InodeCounter asking(Ticker ticker) {
        return new InodeCounter(List.of("stat", "-f", "-c", "%c %d"), ticker);
    }

    /** Counts now, or returns what was counted a short while ago. */
    FileSystemUsage.Inodes count(Path root) {
        long now = ticker.read();
        if (counted && now - nextAt < 0) {
            return last;
        }
        counted = true;
        try {
            last = ask(root);
            nextAt = now + pause(last).toNanos();
        } catch (IOException | OutOfMemoryError e) {
            // It hangs or says something else; or no process, or no thread to wait for it, is to be had just now.
            logger.debug("The inodes of {} cannot be counted", root, e);
            nextAt = now + LONGEST.toNanos();
        }
        return last;
    }

    static Duration pause(FileSystemUsage.Inodes inodes) {
        if (!inodes.isKnown()) {
            return RETRY;
        }
        Duration usedUp = Duration.ofSeconds(inodes.free() / FILES_PER_SECOND);
        if (usedUp.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return usedUp.compareTo(LONGEST) < 0 ? usedUp : LONGEST;
    }

    private FileSystemUsage.Inodes ask(Path root) throws IOException {
        if (running != null && running.isAlive()) {
            throw new IOException("the process that was asked before hangs, and one of them is enough");
        }
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true);
        builder.command().add(root.toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            logger.debug("There is no {} that could be asked for inodes", command.get(0), e);
            return FileSystemUsage.Inodes.UNKNOWN;
        }
        running = process;
        return parse(output(process));
    }

    private String output(Process process) throws IOException {
        try (InputStream output = process.getInputStream()) {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " has not ended after " + LIMIT.toSeconds() + " s");
            }
            return new String(output.readNBytes(MAX_OUTPUT), StandardCharsets.ISO_8859_1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("this service stops", e);
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
        throw new IOException("it says: " + output.strip());
    }
}
