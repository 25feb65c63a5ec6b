package dev.mesosshuffle.blocks;

import dev.mesosshuffle.registry.RegisteredExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The output of one map task, whose index was read. Compared by identity: once the index is read anew, it is another
 * output, and has a data file of its own.
 */
final class MapOutput {
    private final RegisteredExecutor executor;
    private final PlacedFile data;
    private final IndexFile index;

    private volatile @Nullable SharedFile keptOpen;

    MapOutput(RegisteredExecutor executor, PlacedFile data, IndexFile index) {
        this.executor = executor;
        this.data = data;
        this.index = index;
    }

    /** The executor as it was registered when the index was read. */
    RegisteredExecutor executor() {
        return executor;
    }

    /** The file with the blocks' bytes. */
    PlacedFile data() {
        return data;
    }

    IndexFile index() {
        return index;
    }

    /** The data file that the cache keeps open, without a reference: it may be closed just now. Null if there is none. */
    @Nullable
    SharedFile keptOpen() {
        return keptOpen;
    }

    void setKeptOpen(@Nullable SharedFile file) {
        this.keptOpen = file;
    }
}
