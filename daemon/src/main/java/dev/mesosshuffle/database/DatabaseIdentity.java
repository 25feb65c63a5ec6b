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
 * Which files SQLite has open as the database and its companions. All three count: a log that lost its name takes
 * commits that nobody finds again, and whoever opens a database whose {@code -shm} is gone makes another one and does not
 * see our locks.
 *
 * @param files their identities, in the order of {@link StoreFiles#all}; null for one that was not there
 * @param bytes how long the database was
 */
public record DatabaseIdentity(List<NamedFileIdentity> files, long bytes) {
    /** Knows no file. */
    public static final DatabaseIdentity NONE = new DatabaseIdentity(List.of(), 0);

    /** Looks at the files, right after they were opened and written. */
    public static DatabaseIdentity of(StoreFiles files) throws IOException {
        List<NamedFileIdentity> identities = new ArrayList<>();
        for (Path file : files.all()) {
            identities.add(NamedFileIdentity.of(file));
        }
        return new DatabaseIdentity(identities, bytes(files.database()));
    }

    /** The database's own number, which says whether it is the same one as before. */
    public long inode() {
        NamedFileIdentity database = files.isEmpty() ? null : files.get(0);
        return database == null ? 0 : database.inode();
    }

    /** Whether a file is one of these, by whatever name. */
    boolean contains(NamedFileIdentity file) {
        return files.contains(file);
    }

    /**
     * Compares with what has the names now.
     *
     * @return what happened, for an operator; null if all is as it was
     * @throws IOException if that cannot be told
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
            // SQLite never makes it shorter, for nothing here asks for that.
            return !files.isEmpty() && bytes(now.database()) < bytes
                    ? now.database().getFileName() + " was cut short by somebody"
                    : null;
        }
        if (removed.size() == files.size() && Files.notExists(now.dir())) {
            return "its dir was removed";
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
