package dev.mesosshuffle.peers;

import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.model.ExactPaths;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The registries of all services on this host, one for each port: the directories that they name, and the intents to delete
 * orphans, which none of them names. Such an intent is stored in all of them in one transaction, since a service refuses to
 * register a directory only if its own registry holds an intent to delete it.
 *
 * <p>An unreadable registry could name anything: while there is one, every method fails.
 *
 * <p><b>Concurrency:</b> works on the disk, on any thread; registries are locked for milliseconds only.
 */
public final class PeerRegistries {
    /** More services than a host has. */
    private static final int MAX_REGISTRIES = 1000;

    private static final String ALL_REGISTRIES = "one of the registries of this host";

    private final Path own;
    private final Set<Path> stateDirs;
    private final TimeLimiter limiter;
    private final PeerDatabases peers;
    private final RegistryEvidence evidence;

    private PeerRegistries(
            Path own, Set<Path> stateDirs, TimeLimiter limiter, PeerDatabases peers, RegistryEvidence evidence) {
        this.own = own;
        this.stateDirs = stateDirs;
        this.limiter = limiter;
        this.peers = peers;
        this.evidence = evidence;
    }

    /**
     * Creates an instance; works on no disk yet.
     *
     * @param stateDir the directory of this service's registry
     * @param port this service's port
     * @param otherStateDirs the possible directories of those of other services
     * @return the registries
     */
    public static PeerRegistries of(Path stateDir, int port, List<Path> otherStateDirs) {
        return of(stateDir, port, otherStateDirs, RegistryEvidence.NONE);
    }

    /**
     * Creates an instance that uses the markers of services; works on no disk yet.
     *
     * @param stateDir the directory of this service's registry
     * @param port this service's port
     * @param otherStateDirs the possible directories of those of other services
     * @param evidence where registries should be
     * @return the registries
     */
    public static PeerRegistries of(Path stateDir, int port, List<Path> otherStateDirs, RegistryEvidence evidence) {
        return of(stateDir, port, otherStateDirs, TimeLimiter.unlimited(), evidence);
    }

    /**
     * Creates an instance that fails if a disk hangs; works on no disk yet.
     *
     * @param stateDir the directory of this service's registry
     * @param port this service's port
     * @param otherStateDirs the possible directories of those of other services
     * @param limiter runs all that works on a disk; is closed after the last use of this
     * @return the registries
     */
    public static PeerRegistries of(Path stateDir, int port, List<Path> otherStateDirs, TimeLimiter limiter) {
        return of(stateDir, port, otherStateDirs, limiter, RegistryEvidence.NONE);
    }

    private static PeerRegistries of(
            Path stateDir, int port, List<Path> otherStateDirs, TimeLimiter limiter, RegistryEvidence evidence) {
        Set<Path> stateDirs = new LinkedHashSet<>(otherStateDirs);
        stateDirs.add(stateDir.toAbsolutePath());
        Path own = StoreFiles.of(stateDir, port).database();
        return of(
                stateDir, port, otherStateDirs, new PeerDatabases(own, stateDirs, System::nanoTime), limiter, evidence);
    }

    /**
     * Creates an instance; works on no disk yet.
     *
     * @param stateDir the directory of this service's registry
     * @param port this service's port
     * @param otherStateDirs the possible directories of those of other services
     * @param peers those of other ports, which the store queries too; from now on also in the directories of markers
     * @param limiter runs all that works on a disk; is closed after the last use of this
     * @param evidence where registries should be
     * @return the registries
     */
    public static PeerRegistries of(
            Path stateDir,
            int port,
            List<Path> otherStateDirs,
            PeerDatabases peers,
            TimeLimiter limiter,
            RegistryEvidence evidence) {
        Set<Path> stateDirs = new LinkedHashSet<>(otherStateDirs);
        Path own = StoreFiles.of(stateDir, port).database();
        stateDirs.add(stateDir.toAbsolutePath());
        peers.alsoScan(evidence::markedStateDirs);
        return new PeerRegistries(own, stateDirs, limiter, peers, evidence);
    }

    /**
     * Returns those of the other ports only; they can be queried while some of them are unreadable.
     */
    public PeerDatabases peers() {
        return peers;
    }

    /**
     * Returns the directories that are searched for registries, whether or not they exist.
     */
    public Set<Path> stateDirs() {
        Set<Path> all = new LinkedHashSet<>(stateDirs);
        all.addAll(evidence.markedStateDirs());
        return all;
    }

    /** Refreshes the evidence of where registries should be. Works on the disk, for a bounded time. */
    public void refresh() {
        evidence.refresh();
    }

    /**
     * Looks whether a registry that was there is missing, by what services say in a root. Works on the disk.
     *
     * @param root a root, by its real path
     * @return why no orphan may be deleted under it; null if nothing speaks against it
     */
    public @Nullable String hindrance(Path root) {
        return evidence.hindrance(root);
    }

    /**
     * Checks whether the registry of another service is missing, which may name what lies under a root. Works on the disk.
     *
     * @param root a root, by its real path
     * @return why the owners of directories there are unknown; null if they are known
     */
    public @Nullable String missingElsewhere(Path root) {
        return evidence.missingElsewhere(root);
    }

    /**
     * Lists the directories that are searched for registries, each as configured and by its real path.
     *
     * @return their paths, whether or not they exist
     * @throws StoreException if that cannot be determined in time
     */
    public Set<Path> realStateDirs() throws StoreException {
        return limited(() -> {
            Set<Path> real = new HashSet<>(stateDirs());
            for (Path dir : stateDirs()) {
                try {
                    real.add(dir.toRealPath());
                } catch (NoSuchFileException e) {
                    // No service keeps its state there.
                } catch (IOException e) {
                    throw new StoreException("the state directory " + dir + " cannot be inspected: " + e, e);
                }
            }
            return real;
        });
    }

    private interface DiskWork<T> {
        T work() throws StoreException;
    }

    private <T> T limited(DiskWork<T> work) throws StoreException {
        return limited(work, late -> {});
    }

    private <T> T limited(DiskWork<T> work, Consumer<T> abandon) throws StoreException {
        try {
            return limiter.call(ALL_REGISTRIES, work::work, abandon);
        } catch (IOException e) {
            throw new StoreException(e.getMessage() + " (registries are searched for in " + stateDirs + ")", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            throw new StoreException(String.valueOf(e.getCause()), e);
        }
    }

    /**
     * Reads what all registries name.
     *
     * @return what is committed now
     * @throws StoreException if one registry cannot be read, with its name and the reason
     */
    public KnownDirs knownDirs() throws StoreException {
        return limited(this::readKnownDirs);
    }

    private KnownDirs readKnownDirs() throws StoreException {
        Set<Path> owned = new HashSet<>();
        Set<Path> removals = new HashSet<>();
        Map<Path, Set<Long>> rootInodes = new HashMap<>();
        Path ownFile = realOwn();
        for (Path file : files()) {
            try (Connection connection = PeerConnections.openToRead(file)) {
                PeerRegistry registry = new PeerRegistry(connection, "main");
                registry.check();
                boolean isOwn = file.equals(ownFile);
                paths(registry, "local_dirs", isOwn).forEach(path -> owned.add(ExactPaths.of(path)));
                registry.readRoots((root, inode) -> rootInodes
                        .computeIfAbsent(ExactPaths.of(root), path -> new HashSet<>())
                        .add(inode));
                paths(registry, "removals", isOwn).forEach(path -> removals.add(ExactPaths.of(path)));
            } catch (SQLException | IllegalArgumentException e) {
                throw unreadable(file, e);
            }
        }
        return new KnownDirs(owned, removals, rootInodes);
    }

    private static List<String> paths(PeerRegistry registry, String table, boolean isOwn) throws SQLException {
        return isOwn ? registry.readOwnPaths(table) : registry.readPaths(table);
    }

    /**
     * Stores, in all registries, the intent to delete a directory that nobody owns. From then on no service registers it, or
     * what lies inside it or above it.
     *
     * @param orphan the directory, its {@code appId} null
     * @param formerPath its path before it was renamed to be deleted; the same if it was not
     * @param onLateRecord runs, on any thread, if the intent is stored after this failed because it took too long
     * @return false if it, or what lies inside it or above it, is named by now; then nothing is stored
     * @throws StoreException if one registry cannot be read or written, or is busy; then nothing is stored, or later
     */
    public boolean recordRemoval(StoredRemoval orphan, Path formerPath, Runnable onLateRecord) throws StoreException {
        Transaction transaction = registries -> {
            for (PeerRegistry registry : registries) {
                if (registry.names("local_dirs", orphan.dir().path())
                        || registry.names("removals", orphan.dir().path())
                        || registry.names("removals", formerPath)) {
                    return false;
                }
            }
            for (PeerRegistry registry : registries) {
                registry.putOrphan(orphan);
            }
            return true;
        };
        return limited(() -> writeInOneTransaction(files(false), transaction), isLateRecord -> {
            if (isLateRecord) {
                onLateRecord.run();
            }
        });
    }

    /**
     * Checks whether any application owns a directory, or what lies inside it or above it.
     *
     * @param dir the directory
     * @return whether any registry names an owner
     * @throws StoreException if one registry cannot be read
     */
    public boolean isOwned(Path dir) throws StoreException {
        return limited(() -> readIsOwned(dir));
    }

    private boolean readIsOwned(Path dir) throws StoreException {
        for (Path file : files()) {
            try (Connection connection = PeerConnections.openToRead(file)) {
                PeerRegistry registry = new PeerRegistry(connection, "main");
                registry.check();
                if (registry.names("local_dirs", dir)) {
                    return true;
                }
            } catch (SQLException e) {
                throw unreadable(file, e);
            }
        }
        return false;
    }

    /**
     * Deletes the intent to delete an orphan from all registries but foreign ones, into which none was ever stored.
     *
     * @param dir the directory, which is deleted or retained
     * @throws StoreException if one registry cannot be read or written; then the intent stays in all
     */
    public void deleteRemoval(Path dir) throws StoreException {
        Transaction transaction = registries -> {
            for (PeerRegistry registry : registries) {
                registry.deleteOrphan(dir);
            }
            return true;
        };
        var unused = limited(() -> writeInOneTransaction(files(true), transaction));
    }

    private interface Transaction {
        boolean apply(List<PeerRegistry> registries) throws SQLException;
    }

    private static boolean writeInOneTransaction(Set<Path> files, Transaction transaction) throws StoreException {
        try (Connection connection = Sqlite.connectToNone()) {
            PeerConnections.limit(connection);
            List<PeerRegistry> registries = PeerRegistry.attach(connection, files);
            boolean committed = false;
            // Locks all of them, always in the order of their names, so that two services do not wait for each other.
            Sqlite.execute(connection, "BEGIN IMMEDIATE");
            try {
                for (PeerRegistry registry : registries) {
                    registry.check();
                }
                boolean changed = transaction.apply(registries);
                if (changed) {
                    Sqlite.execute(connection, "COMMIT");
                    committed = true;
                }
                return changed;
            } finally {
                if (!committed) {
                    Sqlite.execute(connection, "ROLLBACK");
                }
            }
        } catch (SQLException e) {
            throw new StoreException("the registries " + files + " cannot be written: " + e.getMessage(), e);
        }
    }

    private Set<Path> files() throws StoreException {
        return files(false);
    }

    /**
     * Each file once, though two paths may lead to it; the companions of a database have other suffixes.
     *
     * @param withoutForeign whether to skip what another user owns, or any user could have written; else it is a failure
     */
    private Set<Path> files(boolean withoutForeign) throws StoreException {
        evidence.verifyOwn();
        Set<Path> files = new TreeSet<>();
        for (Path dir : stateDirs()) {
            try {
                if (!withoutForeign || !PeerConnections.isForeignDir(dir)) {
                    addFiles(dir, withoutForeign, files);
                }
            } catch (NoSuchFileException e) {
                // No service keeps its state there; that ours is among them is checked below.
            } catch (NotDirectoryException e) {
                if (!withoutForeign) {
                    throw unsearchable(dir, e);
                }
                // Nothing lies below a file.
            } catch (IOException | DirectoryIteratorException e) {
                throw unsearchable(dir, e);
            }
        }
        if (files.contains(realOwn())) {
            return files;
        }
        throw new StoreException("the registry " + own + " is missing");
    }

    private static StoreException unsearchable(Path dir, Exception reason) {
        return new StoreException("the registries in " + dir + " cannot be searched for: " + reason, reason);
    }

    private static void addFiles(Path dir, boolean withoutForeign, Set<Path> files) throws IOException {
        try (DirectoryStream<Path> entries = RegularFiles.listFollowing(dir)) {
            for (Path entry : entries) {
                if (!StoreFiles.isDatabaseName(entry)) {
                    continue;
                }
                Path file = target(entry);
                if (!StoreFiles.isBlank(file) && !(withoutForeign && PeerConnections.isForeign(file))) {
                    PeerConnections.checkTrust(file);
                    files.add(file);
                }
                if (files.size() > MAX_REGISTRIES) {
                    throw new IOException("more than " + MAX_REGISTRIES + " registries");
                }
            }
        }
    }

    private static Path target(Path registry) throws IOException {
        try {
            return registry.toRealPath();
        } catch (NoSuchFileException e) {
            // A link whose disk is away is a registry that cannot be read, and not the lack of one.
            throw new IOException(registry + " leads nowhere", e);
        }
    }

    private Path realOwn() throws StoreException {
        try {
            return own.toRealPath();
        } catch (IOException e) {
            throw unreadable(own, e);
        }
    }

    private static StoreException unreadable(Path file, Exception reason) {
        return new StoreException("the registry " + file + " cannot be read: " + reason.getMessage(), reason);
    }
}
