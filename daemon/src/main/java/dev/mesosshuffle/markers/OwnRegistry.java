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

/** What this service says of its registry in each root. For any thread; works in memory. */
public final class OwnRegistry {
    private static final Logger logger = LoggerFactory.getLogger(OwnRegistry.class);

    private final RootMarker first;
    private final boolean isNew;
    private final LongSupplier inode;
    private final Set<Long> inodes = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean lossTold = new AtomicBoolean();

    /**
     * Makes one.
     *
     * @param inode the number of the registry's file; it changes when the file is written again, with all that it held
     * @param isNew whether this process began with an empty registry
     */
    public OwnRegistry(Path stateDir, int port, LongSupplier inode, boolean isNew) {
        this.first = RootMarker.of(stateDir, port, inode.getAsLong());
        this.isNew = isNew;
        this.inode = inode;
        this.inodes.add(inode.getAsLong());
    }

    /**
     * Whether a marker is this service's, and speaks of a place from which its registry was brought to where it is. Looks at
     * the disk.
     */
    boolean isFormer(RootMarker marker) {
        return marker.port() == first.port() && RegistryImport.wasImportedFrom(marker.stateDir(), marker.port());
    }

    /** Whether a marker is of another service, by its name: on one port there is only one. */
    boolean isOfAnother(String markerName) {
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
     * Tells whether all that a registry held is in the one of now.
     *
     * @param number the number of its file; one that was deleted may be given to the next
     * @param ofLastProcess whether that is what the last process had
     */
    boolean hasAllOf(long number, boolean ofLastProcess) {
        return inodes.contains(number) && !(isNew && ofLastProcess);
    }

    /** Tells the operator once, for all roots, that this process did not begin with the registry of the last one. */
    void tellLost(Path marker, Instant until) {
        if (lossTold.compareAndSet(false, true)) {
            logger.warn(
                    "The registry in {} is not the one that {} speaks of, which was removed or replaced while this service"
                            + " did not run. Executors that were registered in that one are unknown until they register"
                            + " again, and no orphan is deleted under its roots until {}. Find out what tidies there, or"
                            + " set another spark.mesos.shuffle.service.state.dir",
                    first.stateDir(),
                    marker,
                    until);
        }
    }
}
