package dev.mesosshuffle.store;

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
 * Space for what must be written on a disk that has none left, such as a removal, which makes room: a file beside the
 * database, which is emptied then. It is never deleted.
 *
 * <p><b>Concurrency:</b> used by one thread at a time.
 */
final class ReserveFile {
    /** The log of a removal takes some 10 KiB for each local dir; opening the database takes 32 KiB. */
    static final int BYTES = 4 << 20;

    /** The last space of a disk is its users': so many times what is missing must be free before it is taken. */
    private static final int ROOM = 4;

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

    /** Looks how much there is, since somebody else may have taken the file away. */
    void measure() {
        try {
            held = Files.size(file);
        } catch (NoSuchFileException e) {
            held = 0;
        } catch (IOException e) {
            logger.debug("{} cannot be looked at", file, e);
        }
    }

    boolean isWhole() {
        return held >= BYTES;
    }

    /**
     * Gives the space back to the disk.
     *
     * @return whether there was any
     */
    boolean giveUp() {
        if (held == 0) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        } catch (IOException e) {
            logger.debug("{} cannot be emptied", file, e);
            return false;
        }
        held = 0;
        return true;
    }

    /** Takes what is missing, or what there is of it. */
    void fill() {
        try (FileChannel channel = FileChannel.open(
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

    /** Takes what is missing if that leaves enough. */
    void fillIfThereIsRoom() {
        if (!isWhole() && file.resolveSibling("").toFile().getUsableSpace() >= ROOM * (BYTES - held)) {
            fill();
        }
    }
}
