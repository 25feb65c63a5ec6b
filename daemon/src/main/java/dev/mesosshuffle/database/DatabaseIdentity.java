package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which files SQLite has open as the database and its companions. All three count: commits to a log that was deleted are
 * lost, and a process that opens a database whose {@code -shm} is missing creates another one and does not see our locks.
 *
 * @param files their identities, in the order of {@link StoreFiles#all}; null for one that was missing
 * @param bytes the size of the database
 */
public record DatabaseIdentity(List<NamedFileIdentity> files, long bytes) {
    /** No files. */
    public static final DatabaseIdentity NONE = new DatabaseIdentity(List.of(), 0);

    /** Inspects the files, right after they were opened and written. */
    public static DatabaseIdentity of(StoreFiles files) throws IOException {
        List<NamedFileIdentity> identities = new ArrayList<>();
        for (Path file : files.all()) {
            identities.add(NamedFileIdentity.of(file));
        }
        return new DatabaseIdentity(identities, bytes(files.database()));
    }

    /** The database's inode; 0 for {@link #NONE}. */
    public long inode() {
        NamedFileIdentity database = files.isEmpty() ? null : files.get(0);
        return database == null ? 0 : database.inode();
    }

    /** Whether a file is one of these, whatever its name. */
    boolean contains(NamedFileIdentity file) {
        return files.contains(file);
    }

    /**
     * Compares these with the files that have the names now.
     *
     * @return what happened, for an operator; null if nothing did
     * @throws IOException if they cannot be inspected
     */
    @Nullable
    public String difference(StoreFiles now) throws IOException {
        List<String> removed = new ArrayList<>();
        List<String> replaced = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            Path path = now.all().get(i);
            NamedFileIdentity before = files.get(i);
            NamedFileIdentity there = before == null ? null : NamedFileIdentity.of(path);
            if (!Objects.equals(before, there)) {
                (there == null ? removed : replaced).add(path.getFileName().toString());
            }
        }
        if (removed.isEmpty() && replaced.isEmpty()) {
            // SQLite never truncates the database, since nothing here vacuums it.
            return !files.isEmpty() && bytes(now.database()) < bytes
                    ? now.database().getFileName() + " was truncated"
                    : null;
        }
        if (removed.size() == files.size() && Files.notExists(now.dir())) {
            return "its directory was removed";
        }
        return text(removed, "removed")
                + (removed.isEmpty() || replaced.isEmpty() ? "" : ", ")
                + text(replaced, "replaced by another file");
    }

    private static long bytes(Path database) throws IOException {
        try {
            return Files.size(database);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static String text(List<String> names, String what) {
        return names.isEmpty() ? "" : String.join(", ", names) + (names.size() == 1 ? " was " : " were ") + what;
    }
}
