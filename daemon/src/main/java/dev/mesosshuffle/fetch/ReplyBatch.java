package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;

/**
 * Replies to requests for chunks that are queued together. Confined to the disk thread that created it, because {@link
 * #add(Reply, OpenSegment)} reads small blocks.
 */
public interface ReplyBatch {
    /**
     * Whether a block is copied into memory when it is added; a longer one keeps its file open until it was sent.
     *
     * @param length the block's length in bytes
     */
    boolean isBuffered(long length);

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
     * @param block the block's bytes; owned, and closed, by the batch from here on, also if this fails
     * @throws IOException if the block cannot be read; then nothing is added
     */
    void add(Reply reply, OpenSegment block) throws IOException;

    /** Queues all replies for the next {@link Connection#flush}; nothing may be added afterwards. */
    void finish();
}
