package dev.mesosshuffle.peers;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.BoundedCalls;
import dev.mesosshuffle.database.FileDescriptors;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.logging.OutageLogger;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registries of other ports on this host: who owns what there. Asked twice: before a dir is registered here, under
 * their locks ({@link PeerLocks}), and before one is renamed to be deleted. So a registry that cannot be read costs no
 * executor its life: a claim is taken without it, and nothing that it may name is deleted until it can be read again.
 *
 * <p>A state dir that cannot be listed holds what it held when it could: no service begins to keep its registry on a disk
 * that is broken, hangs, or is not mounted.
 *
 * <p>Only the registries of this process's user and of root count, and for a dir those of its owner: in a folder that others
 * may write, anyone may put a file that claims, or is, anything.
 *
 * <p><b>Concurrency:</b> for any thread; works on the disk, on threads of its own, which are waited for two seconds at most.
 */
public final class PeerDatabases {
    private static final Logger logger = LoggerFactory.getLogger(PeerDatabases.class);

    private static final String FILES = "registry-*.db";
    private static final int ROOT_USER = 0;

    /** How long a list of files is trusted when dirs are registered; what comes meanwhile is found when they are deleted. */
    private static final Duration TRUSTED = Duration.ofSeconds(1);

    static final Duration LIMIT = Duration.ofSeconds(2);

    /** How long a registration waits for the list, which takes a moment where no disk hangs. */
    private static final Duration LIST_LIMIT = Duration.ofMillis(500);

    /** Stands for all dirs together. */
    private static final Path ALL = Path.of("/");

    private final Path own;
    private final Path ownDir;
    private final Collection<Path> stateDirs;
    private final Ticker ticker;
    private final BoundedCalls calls = new BoundedCalls("registry-disk");
    private final Map<Path, Set<Path>> lastLists = new ConcurrentHashMap<>();
    private final Map<Path, OutageLogger> faults = new ConcurrentHashMap<>();
    private final OutageLogger noDescriptors = new OutageLogger(
            logger,
            "Reading the registries of other ports",
            "raise the limit of open files (LimitNOFILE of the unit, or ulimit -n). Dirs are registered here all the same,"
                    + " and nothing of applications that are over is deleted until they can be read");
    private final Set<Path> ignored = ConcurrentHashMap.newKeySet();
    private final int uid;

    /** Where services say that theirs lie. */
    private volatile Supplier<Set<Path>> marked = Set::of;

    /** Where this service's own file really is, as far as that was seen. */
    private volatile Path ownReal;

    private volatile Set<Path> trusted = Set.of();
    private volatile long trustedUntil;

    public PeerDatabases(Path own, Collection<Path> stateDirs, Ticker ticker) {
        this.own = own;
        this.ownReal = own;
        this.ownDir = Objects.requireNonNull(own.getParent());
        this.stateDirs = stateDirs;
        this.ticker = ticker;
        this.trustedUntil = ticker.read();
        this.uid = uid(Path.of("/proc/self"));
    }

    /** The user whom a file belongs to; -1 if that cannot be told. */
    public static int uid(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException e) {
            return -1;
        }
    }

    /** The user whom a file belongs to, or else a link in its place; if neither can be told, the one that counts. */
    private static int owner(Path file, int unknown) {
        int user = uid(file);
        try {
            return user >= 0 ? user : (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return unknown;
        }
    }

    /** Names more dirs, which may change; nothing that works on a disk. */
    void lookAlsoIn(Supplier<Set<Path>> more) {
        marked = more;
    }

    /** A file is this service's own, though not the one that it uses. */
    public void ignore(Path file) {
        ignored.add(file);
    }

    /** A file is another service's after all. */
    public void heed(Path file) {
        ignored.remove(file);
    }

    /** The files of this user and root, in the order of their names, as of a moment ago. */
    public Set<Path> trustedFiles() {
        if (ticker.read() - trustedUntil >= 0) {
            try {
                trusted = calls.call(ALL, LIST_LIMIT, this::listTrusted, late -> {});
            } catch (IOException | ExecutionException e) {
                // A disk hangs, perhaps none that matters here: what was there last counts, and the removal asks again.
                trusted = Set.copyOf(trusted);
            }
            trustedUntil = ticker.read() + TRUSTED.toNanos();
        }
        return trusted;
    }

    private Set<Path> listTrusted() {
        Set<Path> files = files();
        files.removeIf(file -> !isTrusted(file));
        return files;
    }

    private boolean isTrusted(Path file) {
        int user = userOf(file);
        return user == ROOT_USER || user == uid;
    }

    private int userOf(Path file) {
        try {
            return calls.call(file, LIMIT, () -> owner(file, uid), late -> {});
        } catch (IOException | ExecutionException e) {
            // It was there when its dir was listed: unknown, and so it counts.
            return uid;
        }
    }

    private Set<Path> files() {
        Set<Path> files = new TreeSet<>();
        Set<Path> dirs = new LinkedHashSet<>();
        // First, so that this service's own file is known by each of its names.
        dirs.add(ownDir);
        dirs.addAll(stateDirs);
        dirs.addAll(marked.get());
        for (Path dir : dirs) {
            try {
                Set<Path> list = calls.call(dir, LIMIT, () -> list(dir), late -> {});
                lastLists.put(dir, list);
            } catch (IOException | ExecutionException e) {
                // What it held last counts.
                lastLists.putIfAbsent(dir, Set.of());
            }
            files.addAll(lastLists.getOrDefault(dir, Set.of()));
        }
        return files;
    }

    private Set<Path> list(Path dir) throws IOException {
        Set<Path> files = new HashSet<>();
        if (dir.equals(ownDir) && Files.exists(own)) {
            // Only there: to look at it for another dir would wait for its disk.
            ownReal = own.toRealPath();
        }
        Path ownFile = ownReal;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir, FILES)) {
            for (Path entry : entries) {
                Path file = ignored.contains(entry) ? ownFile : fileAt(entry);
                if (file != null && !file.equals(ownFile)) {
                    files.add(file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return files;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    /** The registry that a name leads to; null if there is none. What cannot be looked at may be one. */
    private static @Nullable Path fileAt(Path entry) {
        try {
            Path file = entry.toRealPath();
            boolean isRegular =
                    Files.readAttributes(file, BasicFileAttributes.class).isRegularFile();
            return isRegular && !StoreFiles.isBlank(file) ? file : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            return entry;
        }
    }

    /**
     * Asks who owns a dir, or what lies inside or above it, at another port. Its own name is looked at.
     *
     * @param dir the dir, whose disk may be worked on
     * @return the first that is found; null if there is none
     * @throws StoreException if one of the registries cannot be read
     */
    public @Nullable PeerOwner owner(Path dir) throws StoreException {
        int dirOwner = uid(dir);
        for (Path file : files()) {
            if (!isTrusted(file) && userOf(file) != dirOwner) {
                continue;
            }
            PeerOwner owner = ask(file, connection -> new PeerQueries(connection, file).owner(dir));
            if (owner != null) {
                return owner;
            }
        }
        return null;
    }

    /**
     * Asks, without locks, what stands against claims.
     *
     * @return the first that is found; null if there is none, or cannot be found out
     */
    @Nullable
    public PeerOwner conflict(List<StoredLocalDir> claims) {
        PeerOwner owner = null;
        for (Path file : claims.isEmpty() ? Set.<Path>of() : trustedFiles()) {
            if (owner == null) {
                owner = conflict(file, claims);
            }
        }
        return owner;
    }

    private @Nullable PeerOwner conflict(Path file, List<StoredLocalDir> claims) {
        try {
            return ask(file, connection -> new PeerQueries(connection, file).conflict(claims));
        } catch (StoreException e) {
            // Told already; whoever wants to delete asks again.
            return null;
        }
    }

    private interface Question<T> {
        @Nullable
        T ask(Connection connection) throws SQLException;
    }

    private <T> @Nullable T ask(Path file, Question<T> question) throws StoreException {
        try {
            // In a list, since nothing is no result.
            List<T> answer = calls.call(
                    file,
                    LIMIT,
                    () -> {
                        try (Connection connection = open(file)) {
                            T found = question.ask(connection);
                            return found == null ? List.of() : List.of(found);
                        }
                    },
                    late -> {});
            works(file);
            return answer.isEmpty() ? null : answer.get(0);
        } catch (IOException e) {
            throw failed(file, e);
        } catch (ExecutionException e) {
            throw failed(file, e.getCause() == null ? e : e.getCause());
        }
    }

    /** Opens one that is there, whatever its version: each has the two tables. */
    static Connection open(Path file) throws SQLException {
        Connection connection = Sqlite.connectToExisting(file);
        try {
            // As its own service does it: nobody waits for the disk.
            Sqlite.execute(connection, "PRAGMA synchronous = NORMAL");
            Sqlite.execute(connection, "PRAGMA wal_autocheckpoint = 0");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** This service's own, which is none of them. */
    public Path own() {
        return own;
    }

    public BoundedCalls calls() {
        return calls;
    }

    void works(Path file) {
        noDescriptors.worked();
        OutageLogger log = faults.get(file);
        if (log != null) {
            log.worked();
        }
    }

    /** A service that is being removed leaves nothing to be mended. */
    private static boolean wasRemoved(Path file) {
        return Files.notExists(file);
    }

    /** Tells once that a registry cannot be asked. */
    StoreException failed(Path file, Throwable reason) {
        StoreException failure =
                new StoreException("the registry " + file + " cannot be read: " + reason.getMessage(), reason);
        if (Sqlite.isBusy(reason) || wasRemoved(file)) {
            return failure;
        }
        if (FileDescriptors.areUsedUp()) {
            noDescriptors.warned(new IOException("too many open files"));
            return failure;
        }
        faults.computeIfAbsent(
                        file,
                        key -> new OutageLogger(
                                logger,
                                "Reading the registry " + file + " of another port",
                                "whether an application there owns a local dir is unknown. Dirs are registered here all"
                                        + " the same, and nothing of applications that are over is deleted until it can"
                                        + " be read; mend it, or move it away if its service is gone"))
                .warned(reason);
        return failure;
    }
}
