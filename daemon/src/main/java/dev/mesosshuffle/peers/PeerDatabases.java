package dev.mesosshuffle.peers;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.FileDescriptors;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.logging.OutageLogger;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
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
 * The registries of other ports on this host, and the owners of directories there. They are queried twice: before a
 * directory is registered here, under their locks ({@link PeerLocks}), and before one is renamed to be deleted. So an
 * unreadable registry fails no executor: a claim is accepted without it, and nothing that it may name is deleted until it
 * can be read again.
 *
 * <p>A state directory that cannot be listed is assumed to hold what it held before: no service starts to use a registry on
 * a disk that is broken, hangs, or is not mounted.
 *
 * <p>Registries that another user owns, or that any user could have written or replaced, do not count: in a directory that
 * others may write, anyone may create a file that claims anything. Of those that count, only what nobody but this process's
 * user and root could have written is opened ({@link PeerConnections}); another one is an unreadable registry.
 *
 * <p><b>Concurrency:</b> for any thread; works on the disk, on threads of its own, and waits two seconds for each at most.
 */
public final class PeerDatabases {
    private static final Logger logger = LoggerFactory.getLogger(PeerDatabases.class);

    /** How long a list of files is cached for registrations; newer registries are found before anything is deleted. */
    private static final Duration CACHED = Duration.ofSeconds(1);

    static final Duration LIMIT = Duration.ofSeconds(2);

    /** How long a registration waits for the list, which takes milliseconds if no disk hangs. */
    private static final Duration LIST_LIMIT = Duration.ofMillis(500);

    /** The place of calls that list all directories. */
    private static final Path ALL = Path.of("/");

    private final Path own;
    private final Path ownDir;
    private final Collection<Path> stateDirs;
    private final Ticker ticker;
    private final TimeLimiter limiter = new TimeLimiter("registry-disk", LIMIT);
    private final Map<Path, Set<Path>> lastLists = new ConcurrentHashMap<>();
    private final Map<Path, OutageLogger> outages = new ConcurrentHashMap<>();
    private final OutageLogger descriptorOutage = new OutageLogger(
            logger,
            "Reading the registries of other ports",
            "raise the limit of open files (LimitNOFILE of the unit, or ulimit -n). Directories are registered here all"
                    + " the same, and nothing of expired applications is deleted until they can be read");
    private final Set<Path> excluded = ConcurrentHashMap.newKeySet();

    /** The state directories that markers of services name. */
    private volatile Supplier<Set<Path>> marked = Set::of;

    /** The real path of this service's own file, as far as it could be resolved. */
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
    }

    /** Returns the user who owns a file; -1 if that cannot be determined. */
    public static int uid(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException e) {
            return -1;
        }
    }

    /** Adds directories to scan, which may change; the supplier must not work on a disk. */
    void alsoScan(Supplier<Set<Path>> more) {
        marked = more;
    }

    /** Excludes a file that is this service's own, though not the one that it uses. */
    public void exclude(Path file) {
        excluded.add(file);
    }

    /** Includes a file again that is another service's after all. */
    public void include(Path file) {
        excluded.remove(file);
    }

    /** Returns the registries that count, in the order of their names, as of one second ago at most. */
    public Set<Path> trustedFiles() {
        if (ticker.read() - trustedUntil >= 0) {
            try {
                trusted = limiter.call(ALL, LIST_LIMIT, this::listTrusted, late -> {});
            } catch (IOException | ExecutionException e) {
                // A disk hangs, perhaps none that matters here: the last list counts, and the removal queries again.
                trusted = Set.copyOf(trusted);
            }
            trustedUntil = ticker.read() + CACHED.toNanos();
        }
        return trusted;
    }

    private Set<Path> listTrusted() {
        Set<Path> files = files();
        files.removeIf(this::isForeign);
        return files;
    }

    /**
     * Others may write anything into a file, or put it there: what such a one says counts for nothing. One of this user or
     * root that is only unusual, as a backup by links makes it, counts: it is not opened, so what it names is unknown.
     */
    private boolean isForeign(Path file) {
        try {
            boolean isForeign = limiter.call(file, () -> PeerConnections.isForeign(file));
            if (isForeign) {
                logger.debug("{} is not read", file);
            }
            return isForeign;
        } catch (IOException | ExecutionException e) {
            // It was in the list of its directory: its owner is unknown, so it counts.
            return false;
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
                Set<Path> list = limiter.call(dir, () -> list(dir));
                lastLists.put(dir, list);
            } catch (IOException | ExecutionException e) {
                // The last list counts.
                lastLists.putIfAbsent(dir, Set.of());
            }
            files.addAll(lastLists.getOrDefault(dir, Set.of()));
        }
        return files;
    }

    private Set<Path> list(Path dir) throws IOException {
        Set<Path> files = new HashSet<>();
        if (dir.equals(ownDir) && Files.exists(own)) {
            // Only here: for another directory, this would wait for the disk of this one.
            ownReal = own.toRealPath();
        }
        Path ownFile = ownReal;
        try (DirectoryStream<Path> entries = RegularFiles.listFollowing(dir)) {
            for (Path entry : entries) {
                if (!StoreFiles.isDatabaseName(entry)) {
                    continue;
                }
                Path file = excluded.contains(entry) ? ownFile : fileAt(entry);
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

    /** The registry that a name leads to; null if there is none. What cannot be inspected may be one. */
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
     * Finds the application of another port that owns a directory, or what lies inside or above it.
     *
     * @param dir the directory
     * @return the first owner found; null if there is none
     * @throws StoreException if one of the registries cannot be read
     */
    public @Nullable PeerOwner owner(Path dir) throws StoreException {
        for (Path file : listTrusted()) {
            PeerOwner owner = query(file, connection -> new PeerQueries(connection, file).owner(dir));
            if (owner != null) {
                return owner;
            }
        }
        return null;
    }

    /**
     * Finds, without locks, what conflicts with claims.
     *
     * @return the first conflict found; null if there is none, or a registry cannot be read
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
            return query(file, connection -> new PeerQueries(connection, file).conflict(claims));
        } catch (StoreException e) {
            // Logged already; the registry is queried again before anything is deleted.
            return null;
        }
    }

    private interface Query<T> {
        @Nullable
        T run(Connection connection) throws SQLException;
    }

    private <T> @Nullable T query(Path file, Query<T> query) throws StoreException {
        try {
            // In a list, since a result cannot be null.
            List<T> result = limiter.call(file, () -> {
                try (Connection connection = PeerConnections.openToRead(file)) {
                    T found = query.run(connection);
                    return found == null ? List.of() : List.of(found);
                }
            });
            recovered(file);
            return result.isEmpty() ? null : result.get(0);
        } catch (IOException e) {
            throw failed(file, e);
        } catch (ExecutionException e) {
            throw failed(file, e.getCause() == null ? e : e.getCause());
        }
    }

    /** Returns this service's own registry, which is not among them. */
    public Path own() {
        return own;
    }

    /** Limits the time of what works on registries, also on this service's own ({@link #own}). */
    public TimeLimiter limiter() {
        return limiter;
    }

    void recovered(Path file) {
        descriptorOutage.recovered();
        OutageLogger log = outages.get(file);
        if (log != null) {
            log.recovered();
        }
    }

    /** The registry of an uninstalled service is no failure to report. */
    private static boolean wasRemoved(Path file) {
        return Files.notExists(file);
    }

    /** Logs, once in an outage, that a registry cannot be read. */
    StoreException failed(Path file, Throwable reason) {
        StoreException failure =
                new StoreException("the registry " + file + " cannot be read: " + reason.getMessage(), reason);
        if (Sqlite.isBusy(reason) || wasRemoved(file)) {
            return failure;
        }
        if (FileDescriptors.areExhausted()) {
            descriptorOutage.warned(new IOException("too many open files"));
            return failure;
        }
        outages.computeIfAbsent(
                        file,
                        key -> new OutageLogger(
                                logger,
                                "Reading the registry " + file + " of another port",
                                "whether an application there owns a local directory is unknown. Directories are"
                                        + " registered here all the same, and nothing of expired applications is deleted"
                                        + " until it can be read; repair it, or move it away if its service was removed"))
                .warned(reason);
        return failure;
    }
}
