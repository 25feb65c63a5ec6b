package dev.mesosshuffle.store;

import dev.mesosshuffle.database.RegistrySnapshot;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.PeerDatabases;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports what the registry of the same port in another place holds. What the one in use holds stays as it is: a directory
 * keeps its owner, and an owned directory gets no intent to delete it. Afterwards the other is moved aside, so that it is
 * imported once; if the process dies in between, it is imported twice, which has the same effect.
 */
public final class RegistryImport {
    private static final Logger logger = LoggerFactory.getLogger(RegistryImport.class);
    private static final long LIMIT_SECONDS = 8;

    /** Part of the names of files whose content was imported elsewhere. */
    private static final String IMPORTED = "imported";

    private final StoreFiles files;
    private final int port;
    private final Set<Path> roots;
    private final Clock clock;

    RegistryImport(StoreFiles files, int port, Set<Path> roots, Clock clock) {
        this.files = files;
        this.port = port;
        this.roots = roots;
        this.clock = clock;
    }

    /**
     * Checks whether a registry was imported from a place, and none was created there since. Works on the disk.
     *
     * @param stateDir the place
     * @param port the service's port
     * @return whether that is certain
     */
    public static boolean wasImportedFrom(Path stateDir, int port) {
        Path database = StoreFiles.of(stateDir, port).database();
        String prefix = database.getFileName() + "." + IMPORTED + "-";
        try (DirectoryStream<Path> entries = RegularFiles.listFollowing(stateDir)) {
            for (Path entry : entries) {
                if (entry.getFileName().toString().startsWith(prefix)) {
                    return Files.notExists(database, LinkOption.NOFOLLOW_LINKS);
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
    }

    /**
     * The result of an import.
     *
     * @param isInUse whether another service uses that registry
     */
    record Result(boolean isInUse) {}

    Result into(StateStore store) throws StoreException {
        if (!isThere() || isLeftBehind()) {
            return new Result(false);
        }
        StoreLock lock;
        try {
            lock = StoreLock.acquire(files.lock());
        } catch (StoreLock.HeldException e) {
            return new Result(true);
        } catch (IOException e) {
            return withoutLock(store, e);
        }
        try {
            copy(store, true);
        } finally {
            StoreOpener.release(lock);
        }
        return new Result(false);
    }

    /** What cannot be moved aside is imported at each start until it can be. */
    private Result withoutLock(StateStore store, IOException failure) throws StoreException {
        try {
            if (StoreLock.isHeld(files.lock())) {
                return new Result(true);
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw StoreOpener.cannotUse(files, failure);
        }
        copy(store, false);
        return new Result(false);
    }

    /** Where other users can change or replace a registry, it proves nothing. */
    private boolean isLeftBehind() throws StoreException {
        try {
            files.check();
            return false;
        } catch (UnsafePathException e) {
            logger.warn(
                    "The registry {} of this port, which a former start used, is left there and not read, since other users"
                            + " could have changed it: {}. Executors that are registered only there must register again, and"
                            + " no orphan is deleted while it is there. Move it away, or to the state directory while the"
                            + " service does not run, if nobody has changed it",
                    files.database(),
                    e.getMessage());
            return true;
        } catch (IOException e) {
            throw StoreOpener.cannotUse(files, e);
        }
    }

    /** Only a file of this user or of root counts. */
    private boolean isThere() {
        int owner = Files.isRegularFile(files.database(), LinkOption.NOFOLLOW_LINKS)
                ? PeerDatabases.uid(files.database())
                : -1;
        return owner == 0 || (owner >= 0 && owner == PeerDatabases.uid(Path.of("/proc/self")));
    }

    private void copy(StateStore store, boolean movesAside) throws StoreException {
        if (!store.isWritable()) {
            throw new StoreException("the registry cannot be written at present");
        }
        RegistrySnapshot found = RegistrySnapshot.of(files);
        if (!isOfTheseRoots(found.state())) {
            logger.info("{} is not imported: it names other roots", files.database());
            return;
        }
        Rows rows = new Rows();
        try {
            store.apply(statements -> rows.write(found, statements)).get(LIMIT_SECONDS, TimeUnit.SECONDS);
            String after = movesAside
                    ? "it is " + files.moveAside(clock, IMPORTED) + " now"
                    : "it cannot be moved aside, so it is imported again at the next start";
            logger.info(
                    "Imported {} applications, {} executors and {} directories to delete from {}, the registry of port {} in"
                            + " another place; {}",
                    found.state().applications().size(),
                    rows.executors,
                    rows.removals,
                    files.database(),
                    port,
                    after);
        } catch (ExecutionException | TimeoutException | IOException e) {
            throw new StoreException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        }
    }

    private boolean isOfTheseRoots(StoredState state) {
        Set<Path> named = new HashSet<>();
        state.localDirs().forEach(dir -> named.add(dir.dir().root()));
        state.removals().forEach(removal -> named.add(removal.dir().root()));
        return named.isEmpty() || named.stream().anyMatch(roots::contains);
    }

    /** Writes the imported rows and counts them; a group that is retried counts again. */
    private final class Rows {
        private int executors;
        private int removals;

        void write(RegistrySnapshot found, Statements statements) throws SQLException {
            executors = 0;
            removals = 0;
            StoredState state = found.state();
            Map<LocalDir, String> owners = new HashMap<>();
            for (StoredApplication application : state.applications()) {
                if (statements.addApplication(application)) {
                    addLivenessState(application.appId(), found, statements);
                }
            }
            for (StoredLocalDir dir : state.localDirs()) {
                if (isAllowed(dir.dir().root()) && statements.addLocalDir(dir)) {
                    owners.put(dir.dir(), dir.appId());
                }
            }
            for (RegisteredExecutor executor : state.executors()) {
                String appId = executor.id().appId();
                boolean ownsAllDirs = executor.dirs().stream().allMatch(dir -> appId.equals(owners.get(dir)));
                if (ownsAllDirs && statements.addExecutor(executor)) {
                    executors++;
                }
            }
            for (StoredRemoval removal : state.removals()) {
                if (isAllowed(removal.dir().root()) && statements.addRemoval(removal)) {
                    removals++;
                }
            }
        }

        private boolean isAllowed(Path root) {
            return roots.contains(root);
        }

        private static void addLivenessState(String appId, RegistrySnapshot found, Statements statements)
                throws SQLException {
            if (found.kept().contains(appId)) {
                statements.putKept(appId, true);
            }
            Duration idle = found.idleTimes().get(appId);
            if (idle != null) {
                statements.putIdleTime(appId, idle.toMillis());
            }
        }
    }
}
