package dev.mesosshuffle.markers;

import dev.mesosshuffle.store.RegistryImport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this service's markers say of its registry. For any thread; works in memory. */
public final class OwnRegistry {
    private static final Logger logger = LoggerFactory.getLogger(OwnRegistry.class);

    private final RootMarker first;
    private final boolean isNew;
    private final LongSupplier inode;
    private final Set<Long> inodes = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    /**
     * Creates one.
     *
     * @param inode the inode of the registry's file, which changes when the registry is written again to a new file
     * @param isNew whether this process started with an empty registry
     */
    public OwnRegistry(Path stateDir, int port, LongSupplier inode, boolean isNew) {
        this.first = RootMarker.of(stateDir, port, inode.getAsLong());
        this.isNew = isNew;
        this.inode = inode;
        this.inodes.add(inode.getAsLong());
    }

    /**
     * Returns whether a marker is this service's own, and names a directory that its registry was imported from. Works on
     * the disk.
     */
    boolean isFormer(RootMarker marker) {
        return marker.port() == first.port() && RegistryImport.wasImportedFrom(marker.stateDir(), marker.port());
    }

    /** Returns whether a marker belongs to another service, by its name: each port has only one service. */
    boolean isPeer(String markerName) {
        return !markerName.startsWith(RootMarker.namePrefix(first.port()));
    }

    RootMarker marker(@Nullable Instant lostAt) {
        long now = inode.getAsLong();
        inodes.add(now);
        return first.with(now, lostAt);
    }

    String markerName() {
        return first.name();
    }

    /**
     * Returns whether the current registry has everything that a former one held.
     *
     * @param number the inode of the former file; that of a deleted file may be reused
     * @param ofLastProcess whether it was the last process's registry
     */
    boolean hasAllOf(long number, boolean ofLastProcess) {
        return inodes.contains(number) && !(isNew && ofLastProcess);
    }

    /** Warns once, for all roots, that this process did not start with the registry of the last one. */
    void logLoss(Path marker, Instant until) {
        if (lossLogged.compareAndSet(false, true)) {
            logger.warn(
                    "The registry in {} is not the one that {} names, which was removed or replaced while this service"
                            + " did not run. Executors that were registered in that one are unknown until they register"
                            + " again, and no orphan is deleted under its roots until {}. Find out what cleans that"
                            + " directory, or set another spark.mesos.shuffle.service.state.dir",
                    first.stateDir(),
                    marker,
                    until);
        }
    }
}
