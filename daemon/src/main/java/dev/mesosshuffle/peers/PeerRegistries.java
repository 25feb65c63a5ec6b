package dev.mesosshuffle.peers;

import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.ExactPaths;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import org.jspecify.annotations.Nullable;

/**
 * The registries of all services on this host, one for each port: what they name between them, and the intent to delete
 * what none of them names. That intent is stored in all of them in one transaction, since each service refuses to register
 * a dir only if its own registry holds an intent to delete it.
 *
 * <p>One that cannot be read could name anything, so then nothing is known, and every method fails.
 *
 * <p><b>Concurrency:</b> works on the disk, on any thread; registries are locked for the blink of an eye only.
 */
public final class PeerRegistries {
    private static final String FILES = "registry-*.db";

    private final Path own;
    private final Set<Path> stateDirs;
    private final TimeLimiter limiter;
    private final PeerDatabases others;
    private final RegistryEvidence evidence;

    private PeerRegistries(
            Path own, Set<Path> stateDirs, TimeLimiter limiter, PeerDatabases others, RegistryEvidence evidence) {
        this.own = own;
        this.stateDirs = stateDirs;
        this.limiter = limiter;
        this.others = others;
        this.evidence = evidence;
    }

    /**
     * Makes one; nothing is looked at yet.
     *
     * @param stateDir where this service's registry lies
     * @param port this service's port
     * @param otherStateDirs where those of other services may lie
     * @return the registries
     */
    public static PeerRegistries of(Path stateDir, int port, List<Path> otherStateDirs) {
        return of(stateDir, port, otherStateDirs, RegistryEvidence.NONE);
    }

    /**
     * Makes one that knows what services say; nothing is looked at yet.
     *
     * @param stateDir where this service's registry lies
     * @param port this service's port
     * @param otherStateDirs where those of other services may lie
     * @param evidence what else is known of registries
     * @return the registries
     */
    public static PeerRegistries of(Path stateDir, int port, List<Path> otherStateDirs, RegistryEvidence evidence) {
        return of(stateDir, port, otherStateDirs, TimeLimiter.unlimited(), evidence);
    }

    /**
     * Makes one that gives up on a disk that hangs; nothing is looked at yet.
     *
     * @param stateDir where this service's registry lies
     * @param port this service's port
     * @param otherStateDirs where those of other services may lie
     * @param limiter does all that works on a disk, and is not closed before this is used for the last time
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
     * Makes one; nothing is looked at yet.
     *
     * @param stateDir where this service's registry lies
     * @param port this service's port
     * @param otherStateDirs where those of other services may lie
     * @param others those of other ports, which the store asks too; from now on also in dirs that services told of
     * @param limiter does all that works on a disk, and is not closed before this is used for the last time
     * @param evidence what else is known of registries
     * @return the registries
     */
    public static PeerRegistries of(
            Path stateDir,
            int port,
            List<Path> otherStateDirs,
            PeerDatabases others,
            TimeLimiter limiter,
            RegistryEvidence evidence) {
        Set<Path> stateDirs = new LinkedHashSet<>(otherStateDirs);
        Path own = StoreFiles.of(stateDir, port).database();
        stateDirs.add(stateDir.toAbsolutePath());
        others.lookAlsoIn(evidence::markedStateDirs);
        return new PeerRegistries(own, stateDirs, limiter, others, evidence);
    }

    /**
     * Gives those of the other ports alone.
     *
     * @return they can be asked though some of them cannot be read
     */
    public PeerDatabases others() {
        return others;
    }

    /**
     * Lists the dirs in which registries are looked for.
     *
     * @return their paths, whether or not they exist
     */
    public Set<Path> stateDirs() {
        Set<Path> all = new LinkedHashSet<>(stateDirs);
        all.addAll(evidence.markedStateDirs());
        return all;
    }

    /** Has what is known of registries brought up to date. Works on the disk, for a bounded time. */
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
     * Looks whether the registry of another service is missing, which may name what lies under a root. Works on the disk.
     *
     * @param root a root, by its real path
     * @return why it cannot be told who else owns a dir there; null if it can
     */
    public @Nullable String missingElsewhere(Path root) {
        return evidence.missingElsewhere(root);
    }

    /**
     * Lists the dirs in which registries are looked for, each as it is given and where it really is.
     *
     * @return their paths, whether or not they exist
     * @throws StoreException if that cannot be told in time
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
                    throw new StoreException("the state dir " + dir + " cannot be looked at: " + e, e);
                }
            }
            return real;
        });
    }

    private interface DiskWork<T> {
        T work() throws StoreException;
    }

    private <T> T limited(DiskWork<T> work) throws StoreException {
        try {
            return limiter.call(work::work);
        } catch (IOException e) {
            throw new StoreException(e.getMessage() + " (registries are looked for in " + stateDirs + ")", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            throw new StoreException(String.valueOf(e.getCause()), e);
        }
    }

    /**
     * Reads what is named anywhere.
     *
     * @return what is committed now
     * @throws StoreException if one registry cannot be read; says which, and why
     */
    public KnownDirs namedDirs() throws StoreException {
        return limited(this::readNamedDirs);
    }

    private KnownDirs readNamedDirs() throws StoreException {
        Set<Path> owned = new HashSet<>();
        Set<Path> removals = new HashSet<>();
        Map<Path, Set<Long>> rootInodes = new HashMap<>();
        for (Path file : files()) {
            try (Connection connection = Sqlite.connectToExisting(file)) {
                PeerRegistry registry = new PeerRegistry(connection, "main");
                registry.check();
                registry.readPaths("local_dirs").forEach(path -> owned.add(ExactPaths.of(path)));
                registry.readRoots((root, inode) -> rootInodes
                        .computeIfAbsent(ExactPaths.of(root), path -> new HashSet<>())
                        .add(inode));
                registry.readPaths("removals").forEach(path -> removals.add(ExactPaths.of(path)));
            } catch (SQLException | IllegalArgumentException e) {
                throw unreadable(file, e);
            }
        }
        return new KnownDirs(owned, removals, rootInodes);
    }

    /**
     * Stores the intent to delete a dir that nobody owns. From then on no service registers it, or what lies inside it
     * or above it.
     *
     * @param orphan the dir, its {@code appId} null
     * @param formerPath where it was before somebody renamed it to delete it; the same if nobody did
     * @return false if it, or what lies inside it or above it, is named by now; then nothing is stored
     * @throws StoreException if one registry cannot be read or written, or has no time; then nothing is stored
     */
    public boolean intend(StoredRemoval orphan, Path formerPath) throws StoreException {
        return inOneTransaction(registries -> {
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
        });
    }

    /**
     * Tells whether an application owns a dir, or what lies inside it or above it.
     *
     * @param dir the dir
     * @return whether any registry says so
     * @throws StoreException if one registry cannot be read
     */
    public boolean isOwned(Path dir) throws StoreException {
        return limited(() -> readIsOwned(dir));
    }

    private boolean readIsOwned(Path dir) throws StoreException {
        for (Path file : files()) {
            try (Connection connection = Sqlite.connectToExisting(file)) {
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
     * Forgets the intent to delete an orphan, everywhere.
     *
     * @param dir the dir, which is gone or stays
     * @throws StoreException if one registry cannot be read or written; the intent is there still
     */
    public void withdraw(Path dir) throws StoreException {
        var unused = inOneTransaction(registries -> {
            for (PeerRegistry registry : registries) {
                registry.deleteOrphan(dir);
            }
            return true;
        });
    }

    private interface Change {
        boolean apply(List<PeerRegistry> registries) throws SQLException;
    }

    private boolean inOneTransaction(Change change) throws StoreException {
        return limited(() -> writeInOneTransaction(change));
    }

    private boolean writeInOneTransaction(Change change) throws StoreException {
        Set<Path> files = files();
        try (Connection connection = Sqlite.connectToNone()) {
            List<PeerRegistry> registries = PeerRegistry.attach(connection, files);
            boolean committed = false;
            // Locks all of them, always in the order of their names, so that two services do not wait for each other.
            Sqlite.execute(connection, "BEGIN IMMEDIATE");
            try {
                for (PeerRegistry registry : registries) {
                    registry.check();
                }
                boolean changed = change.apply(registries);
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

    /** Each file once, though two ways may lead to it; SQLite's own and our companions have other endings. */
    private Set<Path> files() throws StoreException {
        evidence.verifyOwn();
        Set<Path> files = new TreeSet<>();
        for (Path dir : stateDirs()) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir, FILES)) {
                for (Path entry : entries) {
                    Path file = entry.toRealPath();
                    if (!StoreFiles.isBlank(file)) {
                        files.add(file);
                    }
                }
            } catch (NoSuchFileException e) {
                // No service keeps its state there; that ours is among them is seen to below.
            } catch (IOException | DirectoryIteratorException e) {
                throw new StoreException("the registries in " + dir + " cannot be looked for: " + e, e);
            }
        }
        try {
            if (files.contains(own.toRealPath())) {
                return files;
            }
        } catch (IOException e) {
            throw unreadable(own, e);
        }
        throw new StoreException("the registry " + own + " is not there");
    }

    private static StoreException unreadable(Path file, Exception reason) {
        return new StoreException("the registry " + file + " cannot be read: " + reason.getMessage(), reason);
    }
}
