package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Replies of a connection whose bytes are encrypted, so that large blocks are copied. */
abstract class CopiedReplies extends WrittenReplies {
    static final int BUFFER = ReplyBufferPool.SHARED_BYTES;
    /** What the first buffer holds of a block. */
    static final int FIRST = BUFFER - HEAD;

    @BeforeEach
    void encrypt() {
        writer.sendCopies();
    }

    @AfterEach
    void finish() throws IOException {
        readOn();
        assertThat(buffers.usedBytes()).isZero();
    }

    void readOn() throws IOException {
        while (!peer.waiting.isEmpty() || file.waiting() > 0) {
            assertThat(peer.regions()).isZero();
            peer.readAll();
            if (file.waiting() > 0) {
                diskAnswers();
            }
        }
    }
}
