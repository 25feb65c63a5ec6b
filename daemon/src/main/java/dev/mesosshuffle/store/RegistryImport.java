package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StateReader;
import dev.mesosshuffle.database.StateVisitor;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.database.UnwritableRegistry;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.peers.PeerDatabases;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports what the registry of the same port in another place holds. What the one in use holds stays as it is: a directory
 * keeps its owner, and an owned directory gets no intent to delete it. Afterwards the other is moved aside, so that it is
 * imported once; if the process dies in between, it is imported twice, which has the same effect.
 */
public final class RegistryImport {
    private static final Logger logger = LoggerFactory.getLogger(RegistryImport.class);

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
        RootsVisitor named = new RootsVisitor();
        visit(named);
        if (!named.isOf(roots)) {
            logger.info("{} is not imported: it names other roots", files.database());
            return;
        }
        ImportedRows rows =
                new ImportedRows(store, roots, read(StateReader::readKept), read(StateReader::readIdleTimes));
        visit(rows);
        ImportedRows.Counts counts = rows.finish();
        String after = "it cannot be moved aside, so it is imported again at the next start";
        if (movesAside) {
            try {
                after = "it is " + files.moveAside(clock, IMPORTED) + " now";
            } catch (IOException e) {
                throw new StoreException(String.valueOf(e.getMessage()), e);
            }
        }
        logger.info(
                "Imported {} applications, {} executors and {} directories to delete from {}, the registry of port {} in"
                        + " another place; {}",
                counts.applications(),
                counts.executors(),
                counts.removals(),
                files.database(),
                port,
                after);
    }

    private void visit(StateVisitor visitor) throws StoreException {
        boolean unused = read((reader, connection) -> {
            reader.read(connection, visitor);
            return true;
        });
    }

    private <T> T read(UnwritableRegistry.Reading<T> reading) throws StoreException {
        return UnwritableRegistry.read(files, new StateReader(), reading);
    }

    /** Collects the roots that a registry names. */
    private static final class RootsVisitor extends UnkeptState {
        private final Set<Path> named = new HashSet<>();

        boolean isOf(Set<Path> roots) {
            return named.isEmpty() || named.stream().anyMatch(roots::contains);
        }

        @Override
        public void localDir(StoredLocalDir dir) {
            named.add(dir.dir().root());
        }

        @Override
        public void removal(StoredRemoval removal) {
            named.add(removal.dir().root());
        }
    }
}
