package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;

/**
 * Replies to requests for chunks that leave together. Confined to the thread that asked for it, which is a disk's:
 * small blocks are read here and now.
 */
public interface ReplyBatch {
    /**
     * Whether a block is read here and now; a longer one keeps its file open until it has left.
     *
     * @param length the block's length in bytes
     */
    boolean isReadAtOnce(long length);

    /**
     * Adds a reply without a block.
     *
     * @param reply the reply
     */
    void add(Reply reply);

    /**
     * Adds a reply with a block.
     *
     * @param reply the reply
     * @param block the block's bytes; owned, and closed, by the batch from here on, whatever happens
     * @throws IOException if the block cannot be read; then nothing is added
     */
    void add(Reply reply, OpenSegment block) throws IOException;

    /** Queues all replies, which leave with the next {@link Connection#flush}; nothing is added after this. */
    void finish();
}
