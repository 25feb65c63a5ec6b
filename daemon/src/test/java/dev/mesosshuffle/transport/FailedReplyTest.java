package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import dev.mesosshuffle.protocol.Reply;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.junit.jupiter.api.Test;

/** Replies that fail while they are built: nothing of them is sent, and nothing stays occupied. */
class FailedReplyTest extends WrittenReplies {
    private final BrokenFile broken = new BrokenFile();

    @Test
    void sendsNoPartOfAReplyThatAnErrorEnded() throws Exception {
        ReplyBatch batch = batch();
        batch.add(Reply.chunk(1, 0, 1000), OpenSegment.of(file, 0, 1000));
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> batch.add(Reply.chunk(1, 1, 1000), OpenSegment.of(broken, 0, 1000)));
        batch.finish();
        writer.flush();
        assertThat(peer.waiting).isEmpty();
        assertThat(answered).hasValue(1);
        assertThat(broken.released).isOne();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void closesALargeBlockThatAnErrorEnded() throws Exception {
        ReplyBatch batch = batch();
        int[] closed = new int[1];
        OpenSegment block = OpenSegment.of(broken, 0, 1 << 20).andThen(() -> closed[0]++);
        assertThatExceptionOfType(InternalError.class).isThrownBy(() -> batch.add(Reply.chunk(1, 0, 1 << 20), block));
        batch.finish();
        writer.flush();
        assertThat(peer.waiting).isEmpty();
        assertThat(broken.released).isOne();
        assertThat(closed[0]).isOne();
        assertThat(buffers.usedBytes()).isZero();
    }

    /** Fails as a process without memory does, and as one does whose disk fails under a mapped file. */
    private static final class BrokenFile implements OpenFile {
        int released;

        @Override
        public FileChannel channel() {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            throw new OutOfMemoryError("for a test");
        }

        @Override
        public void load(long offset, long length) {
            throw new InternalError("for a test");
        }

        @Override
        public void loadAsync(Object client, long offset, long length, ReadListener listener) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public void readAsync(Object client, long offset, ByteBuffer target, ReadListener listener) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public boolean readResident(long offset, ByteBuffer target) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public PageResidency residency(long offset, long length) {
            return PageResidency.UNKNOWN;
        }

        @Override
        public void release() {
            released++;
        }
    }
}
