package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.RegisteredExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The output of one map task, whose index was read. Compared by identity: once the index is read again, it is another
 * output, and has a data file of its own.
 *
 * <p>Index and data belong together by the {@link FileIdentity} of both: the data is only ever opened as the file that it
 * was before the index was read. So old offsets never meet new data, whichever of the two is replaced, or written in
 * place, at which moment. An output that was read within a tick of the kernel's clock after either file changed is used
 * for the block that asked for it and not kept, for a second change within that tick could not be told from the first.
 */
final class MapOutput {
    private final RegisteredExecutor executor;
    private final BlockFile data;
    private final IndexFile index;
    private final FileIdentity indexIdentity;
    private final @Nullable FileIdentity dataIdentity;
    private final boolean reliable;

    private volatile @Nullable RefCountedFile keptOpen;

    /**
     * Creates an output.
     *
     * @param dataIdentity the data file's, before the index was read; null if there was no data file
     * @param reliable whether each change of either file since then shows in its identity
     */
    MapOutput(
            RegisteredExecutor executor,
            BlockFile data,
            IndexFile index,
            FileIdentity indexIdentity,
            @Nullable FileIdentity dataIdentity,
            boolean reliable) {
        this.executor = executor;
        this.data = data;
        this.index = index;
        this.indexIdentity = indexIdentity;
        this.dataIdentity = dataIdentity;
        this.reliable = reliable;
    }

    /** The executor as it was registered when the index was read. */
    RegisteredExecutor executor() {
        return executor;
    }

    /** The file with the blocks' bytes. */
    BlockFile data() {
        return data;
    }

    IndexFile index() {
        return index;
    }

    FileIdentity indexIdentity() {
        return indexIdentity;
    }

    /** The one data file that the index describes; null if there was none. */
    @Nullable
    FileIdentity dataIdentity() {
        return dataIdentity;
    }

    /** Whether it may be kept for other blocks. */
    boolean isReliable() {
        return reliable;
    }

    /** The data file that the cache keeps open, without a reference: it may be closed just now. Null if there is none. */
    @Nullable
    RefCountedFile keptOpen() {
        return keptOpen;
    }

    void setKeptOpen(@Nullable RefCountedFile file) {
        this.keptOpen = file;
    }
}
