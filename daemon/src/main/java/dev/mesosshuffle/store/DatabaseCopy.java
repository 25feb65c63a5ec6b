package dev.mesosshuffle.store;

import dev.mesosshuffle.database.DatabaseIdentity;
import dev.mesosshuffle.database.StoreFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a database whole into a file beside the place where it belongs. The file gets the name that ends in {@code .new}
 * only when it is complete and on the disk; until it has taken its place, a start finds it by that name.
 *
 * <p><b>Concurrency:</b> used by whoever holds the registry's lock, on one thread.
 */
final class DatabaseCopy {
    private static final Logger logger = LoggerFactory.getLogger(DatabaseCopy.class);

    private DatabaseCopy() {}

    /** Writes all that is committed, as a connection sees it, also from files that have no name any more. */
    static void write(Connection from, StoreFiles to) throws SQLException, IOException {
        // SQLite writes into an empty file, and refuses one that is not.
        empty(to.partialCopy());
        try (PreparedStatement copy = from.prepareStatement("VACUUM INTO ?")) {
            copy.setString(1, to.partialCopy().toString());
            copy.execute();
        }
        try (FileChannel channel = FileChannel.open(to.partialCopy(), StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        to.markCopyComplete();
        sync(to.dir());
    }

    /** Whether a complete copy waits to take its place. */
    static boolean isComplete(StoreFiles files) {
        try {
            return Files.isRegularFile(files.copy(), LinkOption.NOFOLLOW_LINKS) && Files.size(files.copy()) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Puts the complete copy in its place, where only the database that it was made of may lie. */
    static void putInPlace(StoreFiles files) throws IOException {
        files.replaceDatabaseByCopy();
        sync(files.dir());
    }

    /** Puts a copy in place that was complete when the process that made it was killed. Returns whether there was one. */
    static boolean finish(StoreFiles files, Clock clock) throws IOException {
        if (isComplete(files)) {
            files.makeWay(DatabaseIdentity.NONE, clock);
            putInPlace(files);
            logger.info(
                    "{} is the copy of the registry that was to take its place when the last process ended",
                    files.database());
            return true;
        }
        return false;
    }

    /** Takes back what a copy says, since what it was made of is there. */
    static void discard(StoreFiles files) throws IOException {
        empty(files.copy());
    }

    private static void empty(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            FileChannel.open(
                            file,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            LinkOption.NOFOLLOW_LINKS)
                    .close();
        }
    }

    /** Names survive a crash of the host, too; where the file system cannot do that, they survive that of the process. */
    private static void sync(Path dir) {
        try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            logger.debug("{} cannot be synced", dir, e);
        }
    }
}
