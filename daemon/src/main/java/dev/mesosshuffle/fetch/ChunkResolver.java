package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import org.jspecify.annotations.Nullable;

/** Turns a request for a chunk into the read of a block. Confined to the connection's event loop. */
final class ChunkResolver {
    private final ConnectionStreams streams;
    private final Registry registry;
    private final BlockResolver blockResolver;

    ChunkResolver(ConnectionStreams streams, Registry registry, BlockResolver blockResolver) {
        this.streams = streams;
        this.registry = registry;
        this.blockResolver = blockResolver;
    }

    /**
     * Takes a chunk that is sent in a frame.
     *
     * @throws ChunkRefusedException if it cannot be served
     */
    ChunkRead take(long streamId, int chunkIndex) throws ChunkRefusedException {
        return take(streamId, chunkIndex, null);
    }

    /**
     * Takes a chunk that is sent outside of frames.
     *
     * @param streamChunkId its stream and index, {@code 17_0}
     * @throws ChunkRefusedException if it cannot be served
     */
    ChunkRead take(String streamChunkId) throws ChunkRefusedException {
        int separator = streamChunkId.indexOf('_');
        long streamId;
        int chunkIndex;
        try {
            streamId = Long.parseLong(streamChunkId.substring(0, Math.max(separator, 0)));
            chunkIndex = Integer.parseInt(streamChunkId.substring(separator + 1));
        } catch (NumberFormatException e) {
            throw ChunkRefusedException.malformedName(streamChunkId);
        }
        return take(streamId, chunkIndex, streamChunkId);
    }

    private ChunkRead take(long streamId, int chunkIndex, @Nullable String streamChunkId) throws ChunkRefusedException {
        Chunk chunk = streams.take(streamId, chunkIndex);
        RegisteredExecutor executor = registry.executor(chunk.executor());
        if (executor == null) {
            throw ChunkRefusedException.notRegistered(chunk.executor());
        }
        return new ChunkRead(chunk, blockResolver.locate(executor, chunk.block()), streamChunkId);
    }
}
