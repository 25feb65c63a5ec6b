package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.RegisteredExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The output of one map task, with its index. Compared by identity: an index that is read again makes another output, with
 * a data file of its own.
 *
 * <p>The {@link FileIdentity} of both files keeps index and data together: the data file is used only if it is the one that
 * was there before the index was read. So old offsets never apply to new data, whichever file is replaced, or written in
 * place, at any moment. An output that was read within a tick of the kernel's clock after a change of either file serves
 * one block and is not cached, because a second change within that tick could not be detected.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class MapOutput {
    private final RegisteredExecutor executor;
    private final BlockFile data;
    private final IndexFile index;
    private final FileIdentity indexIdentity;
    private final @Nullable FileIdentity dataIdentity;
    private final boolean reliable;

    private volatile @Nullable RefCountedFile cachedFile;

    /**
     * Creates an output.
     *
     * @param dataIdentity the data file's identity before the index was read; null if there was no data file
     * @param reliable whether any later change of either file changes its identity
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

    /** The executor's registration when the index was read. */
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

    /** The identity of the data file that the index describes; null if there was none. */
    @Nullable
    FileIdentity dataIdentity() {
        return dataIdentity;
    }

    /** Whether it may be cached for other blocks. */
    boolean isReliable() {
        return reliable;
    }

    /** The data file that the cache keeps open, or null. Without a reference: it may be closed concurrently. */
    @Nullable
    RefCountedFile cachedFile() {
        return cachedFile;
    }

    void setCachedFile(@Nullable RefCountedFile file) {
        this.cachedFile = file;
    }
}
