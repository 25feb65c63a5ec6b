package dev.mesosshuffle.database;

import dev.mesosshuffle.host.PathTrust;
import dev.mesosshuffle.host.PrivateFiles;
import dev.mesosshuffle.host.UnsafePathException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
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
 * @param lock the file that a process locks while it uses the database
 * @param reserve the file that reserves space for a full disk
 */
public record StoreFiles(Path database, Path wal, Path lock, Path reserve) {
    private static final Logger logger = LoggerFactory.getLogger(StoreFiles.class);

    private static final String WAL = "-wal";
    private static final List<String> SUFFIXES = List.of("", WAL, "-shm");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Names the files of a port in a state directory; works on no disk. */
    public static StoreFiles of(Path stateDir, int port) {
        Path database = stateDir.toAbsolutePath().resolve("registry-" + port + ".db");
        return new StoreFiles(
                database,
                sibling(database, WAL),
                database.resolveSibling("registry-" + port + ".lock"),
                database.resolveSibling("registry-" + port + ".reserve"));
    }

    /** The database and its companions. */
    List<Path> all() {
        return withCompanions(database);
    }

    /** Names a database and what SQLite keeps beside it. */
    public static List<Path> withCompanions(Path database) {
        return SUFFIXES.stream().map(suffix -> sibling(database, suffix)).toList();
    }

    /** Whether a name is that of a registry, of whichever port. */
    public static boolean isDatabaseName(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("registry-") && name.endsWith(".db");
    }

    /**
     * Checks whether a database is empty, without tables, as after a start that was killed at once. Such a database names
     * nothing.
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

    /** The state directory. */
    public Path dir() {
        return Objects.requireNonNull(database.getParent());
    }

    /** A copy of the database that is being written. */
    public Path partialCopy() {
        return sibling(database, ".partial");
    }

    /** A complete copy of the database that will take its place. */
    public Path copy() {
        return sibling(database, ".new");
    }

    /**
     * Creates the state directory, inaccessible to other users.
     *
     * @throws UnsafePathException if another user could change it, or replace it or one above it
     */
    public void createDir() throws IOException {
        PrivateFiles.createDirectory(dir());
    }

    /**
     * Checks the state directory, and whatever has the name of one of the files. Opens none of them, since SQLite would
     * lose its locks when that is closed.
     *
     * @throws UnsafePathException if another user could change or replace one of them, or what has its name is no regular
     *     file
     */
    public void check() throws IOException {
        PathTrust trust = PathTrust.ofThisProcess();
        trust.checkDirectory(dir());
        List<Path> names = new ArrayList<>(all());
        names.addAll(List.of(lock, reserve, partialCopy(), copy()));
        for (Path name : names) {
            trust.restrict(name);
            trust.checkFile(name);
        }
    }

    /**
     * Renames the database and its companions; together they can still be opened with {@code sqlite3}.
     *
     * @return the database's new name
     */
    public Path moveAside(Clock clock) throws IOException {
        return moveAside(clock, "damaged");
    }

    /**
     * As {@link #moveAside(Clock)}.
     *
     * @param reason part of the new names
     */
    public Path moveAside(Clock clock, String reason) throws IOException {
        Path aside = unused(sibling(database, "." + reason + "-" + TIMESTAMP.format(clock.instant())));
        // The database first: SQLite ignores the log of a database that is not there.
        for (String suffix : SUFFIXES) {
            try {
                Files.move(sibling(database, suffix), sibling(aside, suffix), StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                // SQLite creates its companions when it needs them; a missing one cannot be damaged.
            }
        }
        return aside;
    }

    /**
     * Frees the names for a copy. Foreign files are kept under another name; our own, all of whose content is in the copy, are
     * replaced by it, or renamed over the former ones.
     *
     * @param ours the files that are open; they stay readable
     */
    public void moveOutOfTheWay(DatabaseIdentity ours, Clock clock) throws IOException {
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
