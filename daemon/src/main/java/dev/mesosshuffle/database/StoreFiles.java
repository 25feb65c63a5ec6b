package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of one port's files. Whatever is renamed or deleted of them is renamed or deleted here; an application's files
 * are not among them.
 *
 * @param database the SQLite file
 * @param wal SQLite's write-ahead log of it
 * @param lock the file whose lock says that a process uses the database
 * @param reserve the file that keeps space for when the disk has none
 */
public record StoreFiles(Path database, Path wal, Path lock, Path reserve) {
    private static final Logger logger = LoggerFactory.getLogger(StoreFiles.class);

    private static final String WAL = "-wal";
    private static final List<String> SUFFIXES = List.of("", WAL, "-shm");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    public static StoreFiles of(Path stateDir, int port) {
        Path database = stateDir.toAbsolutePath().resolve("registry-" + port + ".db");
        return new StoreFiles(
                database,
                sibling(database, WAL),
                database.resolveSibling("registry-" + port + ".lock"),
                database.resolveSibling("registry-" + port + ".reserve"));
    }

    /** The database, and what SQLite keeps beside it. */
    List<Path> all() {
        return SUFFIXES.stream().map(suffix -> sibling(database, suffix)).toList();
    }

    /**
     * Tells whether a database has nothing in it, not even tables, as a start leaves it that was killed at once: it names
     * nobody.
     */
    public static boolean isBlank(Path database) throws IOException {
        if (Files.size(database) > 0) {
            return false;
        }
        try {
            return Files.size(sibling(database, "-wal")) == 0;
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    public Path dir() {
        return Objects.requireNonNull(database.getParent());
    }

    /** A copy of the database that is being written. */
    public Path partialCopy() {
        return sibling(database, ".partial");
    }

    /** A complete copy of the database that is to take its place. */
    public Path copy() {
        return sibling(database, ".new");
    }

    /** Makes the state dir, closed to other users, and what is missing above it with usual permissions. */
    public void createDir() throws IOException {
        Path dir = dir();
        if (isDirectory(dir)) {
            return;
        }
        if (dir.getParent() != null) {
            Files.createDirectories(dir.getParent());
        }
        Files.createDirectories(
                dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Unlike the JDK's method, tells a dir that is not there from one that cannot be looked at. */
    private static boolean isDirectory(Path dir) throws IOException {
        try {
            return Files.readAttributes(dir, BasicFileAttributes.class).isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Gives the database and its companions another name; together they can still be opened with {@code sqlite3}.
     *
     * @return the database's new name
     */
    public Path moveAside(Clock clock) throws IOException {
        return moveAside(clock, "damaged");
    }

    /** As {@link #moveAside(Clock)}, with a word that says why. */
    public Path moveAside(Clock clock, String why) throws IOException {
        Path aside = unused(sibling(database, "." + why + "-" + TIMESTAMP.format(clock.instant())));
        // The database first: SQLite ignores the log of a database that is not there.
        for (String suffix : SUFFIXES) {
            try {
                Files.move(sibling(database, suffix), sibling(aside, suffix), StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                // SQLite makes its companions when it needs them; what is not there cannot be damaged.
            }
        }
        return aside;
    }

    /**
     * Frees the names for a copy. What a stranger put there is kept under another name; what is ours, and all in that copy,
     * is overwritten by it, or by the next that has to go.
     *
     * @param ours the files that are open; they can be read on
     */
    public void makeWay(DatabaseIdentity ours, Clock clock) throws IOException {
        Path aside = unused(sibling(database, ".replaced-" + TIMESTAMP.format(clock.instant())));
        for (String suffix : SUFFIXES) {
            Path file = sibling(database, suffix);
            NamedFileIdentity there = NamedFileIdentity.of(file);
            if (there != null && !ours.contains(there)) {
                Files.move(file, sibling(aside, suffix), StandardCopyOption.ATOMIC_MOVE);
                logger.warn("Moved {}, which is not this service's, to {}", file, sibling(aside, suffix));
            } else if (there != null && !file.equals(database)) {
                Files.move(file, sibling(database, ".old" + suffix), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** Gives a copy that was written and synced the name of a complete one. */
    public void markCopyComplete() throws IOException {
        Files.move(partialCopy(), copy(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Puts the complete copy in the place of the database. */
    public void replaceDatabaseByCopy() throws IOException {
        Files.move(copy(), database, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a database that was copied into a temporary directory, and that directory, which holds nothing else. */
    void deleteTemporary() throws IOException {
        for (Path file : all()) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(dir());
    }

    private static Path unused(Path wanted) {
        Path path = wanted;
        for (int i = 2; Files.exists(path); i++) {
            path = sibling(wanted, "." + i);
        }
        return path;
    }

    private static Path sibling(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }
}
