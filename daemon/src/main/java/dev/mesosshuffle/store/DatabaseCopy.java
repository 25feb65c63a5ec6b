package dev.mesosshuffle.store;

import dev.mesosshuffle.database.DatabaseIdentity;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.host.PrivateFiles;
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
 * Writes a complete copy of a database into a file beside its place. The file gets the name that ends in {@code .new}
 * only when it is complete and synced; until it has taken its place, a start finds it by that name.
 *
 * <p><b>Concurrency:</b> used by the holder of the registry's lock, on one thread.
 */
final class DatabaseCopy {
    private static final Logger logger = LoggerFactory.getLogger(DatabaseCopy.class);

    private DatabaseCopy() {}

    /** Writes all that is committed, as a connection sees it, also from files that were deleted. */
    static void write(Connection from, StoreFiles to) throws SQLException, IOException {
        // SQLite writes into an empty file, and refuses one that is not.
        empty(to.partialCopy());
        PrivateFiles.create(to.partialCopy());
        try (PreparedStatement copy = from.prepareStatement("VACUUM INTO ?")) {
            copy.setString(1, to.partialCopy().toString());
            copy.execute();
        }
        try (FileChannel channel = PrivateFiles.open(to.partialCopy(), StandardOpenOption.WRITE)) {
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

    /** Puts the complete copy in its place, where there may only be the database that it was copied from. */
    static void putInPlace(StoreFiles files) throws IOException {
        files.replaceDatabaseByCopy();
        sync(files.dir());
    }

    /** Puts a copy in place that was complete when the process that made it was killed. Returns whether there was one. */
    static boolean finish(StoreFiles files, Clock clock) throws IOException {
        if (isComplete(files)) {
            files.moveOutOfTheWay(DatabaseIdentity.NONE, clock);
            putInPlace(files);
            logger.info(
                    "{} is the complete copy of the registry that the last process had not put in its place yet",
                    files.database());
            return true;
        }
        return false;
    }

    /** Empties the copy, since the database that it was copied from is there. */
    static void discard(StoreFiles files) throws IOException {
        empty(files.copy());
    }

    private static void empty(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            PrivateFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
                    .close();
        }
    }

    /** So that names survive a crash of the host; if the file system cannot do that, they survive a crash of the process. */
    private static void sync(Path dir) {
        try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            logger.debug("{} cannot be synced", dir, e);
        }
    }
}
