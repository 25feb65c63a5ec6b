package dev.mesosshuffle.store;

import dev.mesosshuffle.host.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Space for operations that must be written on a full disk, such as a removal, which frees space: a file beside the
 * database that is emptied then, and filled again later. It is never deleted.
 *
 * <p><b>Concurrency:</b> used by one thread at a time.
 */
final class ReserveFile {
    /** The log of a removal takes some 10 KiB for each local directory; opening the database takes 32 KiB. */
    static final int BYTES = 4 << 20;

    /** The last free space of a disk belongs to its users: this many times the missing bytes must be free to refill. */
    private static final int FREE_SPACE_FACTOR = 4;

    private static final int CHUNK_BYTES = 64 << 10;
    private static final Logger logger = LoggerFactory.getLogger(ReserveFile.class);

    private final Path file;
    private long held;

    private ReserveFile(Path file, long held) {
        this.file = file;
        this.held = held;
    }

    static ReserveFile at(Path file) {
        long held;
        try {
            held = Files.size(file);
        } catch (IOException e) {
            held = 0;
        }
        return new ReserveFile(file, held);
    }

    /** Updates its size, since somebody else may have removed or truncated the file. */
    void measure() {
        try {
            held = Files.size(file);
        } catch (NoSuchFileException e) {
            held = 0;
        } catch (IOException e) {
            logger.debug("{} cannot be inspected", file, e);
        }
    }

    boolean isFull() {
        return held >= BYTES;
    }

    /**
     * Releases the space to the disk.
     *
     * @return whether there was any to release
     */
    boolean release() {
        if (held == 0) {
            return false;
        }
        try (FileChannel channel = PrivateFiles.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        } catch (IOException e) {
            logger.debug("{} cannot be emptied", file, e);
            return false;
        }
        held = 0;
        return true;
    }

    /** Fills the file as far as the disk has space. */
    void fill() {
        try (FileChannel channel = PrivateFiles.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            // Random bytes: file systems that compress would keep no space for zeros.
            byte[] chunk = new byte[CHUNK_BYTES];
            while (held < BYTES) {
                ThreadLocalRandom.current().nextBytes(chunk);
                held += channel.write(ByteBuffer.wrap(chunk));
            }
        } catch (IOException e) {
            logger.debug("{} has {} bytes now", file, held, e);
        }
    }

    /** Fills the file if that leaves enough free space. */
    void refillIfSpaceAllows() {
        if (!isFull() && file.resolveSibling("").toFile().getUsableSpace() >= FREE_SPACE_FACTOR * (BYTES - held)) {
            fill();
        }
    }
}
