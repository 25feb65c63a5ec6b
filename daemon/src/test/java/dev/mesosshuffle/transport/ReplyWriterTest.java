package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import java.io.EOFException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReplyWriterTest extends WrittenReplies {
    @Test
    void givesASmallBlocksFileBackAtOnceAndCountsTheBlockUntilItWasSent() throws Exception {
        send(SMALL);
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(0);
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void sendsSmallBlocksThatWereReadTogetherAsOneBuffer() throws Exception {
        ReplyBatch batch = batch();
        for (int chunk = 0; chunk < 3; chunk++) {
            batch.add(Reply.chunk(1, chunk, 1000), OpenSegment.of(file, chunk * 1000L, 1000));
        }
        batch.add(Reply.chunkFailed(1, 3, "gone"));
        batch.finish();
        writer.flush();
        assertThat(peer.waiting).hasSize(1);
        ByteBuf sent = (ByteBuf) peer.waiting.element().message();
        for (int chunk = 0; chunk < 3; chunk++) {
            assertThat(sent.readLong()).isEqualTo(8 + 1 + 8 + 4 + 1000);
            assertThat(sent.readByte()).isOne();
            assertThat(sent.readLong()).isOne();
            assertThat(sent.readInt()).isEqualTo(chunk);
            byte[] bytes = new byte[1000];
            sent.readBytes(bytes);
            assertThat(bytes).isEqualTo(Arrays.copyOfRange(block(FILE, 1), chunk * 1000, chunk * 1000 + 1000));
        }
        assertThat(sent.readLong()).isEqualTo(sent.readableBytes() + 8);
        assertThat(listener.unsent).as("is to be watched").isOne();
        peer.readAll();
        assertThat(answered).hasValue(4);
        assertThat(listener.sent).isEqualTo(4);
    }

    @Test
    void sendsSmallBlocksFromTheirFileWhileTheBudgetOfAllConnectionsIsSpent() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET);
        ReplyBatch batch = batch();
        assertThat(batch.isBuffered(1000)).isFalse();
        assertThat(batch.isBuffered(0)).isTrue();
        batch.add(Reply.chunk(1, 0, 1000), OpenSegment.of(file, 500, 1000));
        batch.add(Reply.chunk(1, 1, 0), OpenSegment.empty());
        // What was decided for a batch holds to its end.
        buffers.release(others);
        assertThat(batch.isBuffered(1000)).isFalse();
        batch.finish();
        writer.flush();
        assertThat(peer.waiting)
                .extracting(write -> write.message() instanceof FileRegion)
                .containsExactly(false, true);
        assertThat(file.released()).isZero();
        peer.readAll();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(2);
        assertThat(batch().isBuffered(1000)).isTrue();
    }

    @Test
    void beginsAnotherBufferWhenABlockDoesNotFit() throws Exception {
        ReplyBatch batch = batch();
        for (int chunk = 0; chunk < 3; chunk++) {
            batch.add(Reply.chunk(1, chunk, SMALL), OpenSegment.of(file, 0, SMALL));
        }
        batch.finish();
        writer.flush();
        assertThat(peer.waiting).hasSizeBetween(2, 3);
        peer.readAll();
        assertThat(answered).hasValue(3);
    }

    @Test
    void stopsReadingForAPeerThatDoesNotReadAndGoesOnWhenItDoes() throws Exception {
        int blocks = 0;
        while (writer.isWritable()) {
            send(SMALL);
            blocks++;
        }
        assertThat(blocks * SMALL).isBetween(128 * 1024, 1024 * 1024);
        assertThat(listener.room).isZero();
        peer.readAll();
        assertThat(listener.room).isEqualTo(1);
        assertThat(writer.isWritable()).isTrue();
    }

    @Test
    void letsAConnectionThatHoldsNothingHaveABlockWhenTheBudgetOfAllIsSpent() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET);
        assertThat(writer.isWritable()).isTrue();
        send(SMALL);
        assertThat(writer.isWritable()).isFalse();
        peer.readAll();
        assertThat(writer.isWritable()).isTrue();
        buffers.release(others);
    }

    @Test
    void leavesAConnectionThatHoldsItsShareWithoutRoomThoughTheBudgetIsNotSpent() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET - 64 * SMALL);
        assertThat(buffers.perConnectionShare()).isEqualTo(SMALL);
        assertThat(writer.isWritable()).isTrue();
        send(SMALL / 2);
        assertThat(writer.isWritable()).isTrue();
        send(SMALL / 2);
        assertThat(writer.isWritable()).isFalse();
        assertThat(buffers.isExhausted()).isFalse();
        peer.readAll();
        assertThat(listener.room).isOne();
        assertThat(writer.isWritable()).isTrue();
        buffers.release(others);
    }

    @Test
    void takesNoMoreThanABlockNeedsWhileAShareIsLessThanASharedBuffer() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET - 64 * SMALL);
        long before = buffers.usedBytes();
        send(1000);
        assertThat(buffers.usedBytes() - before)
                .isEqualTo(1000 + Reply.chunk(1, 0, 1000).encodedLength());
        peer.readAll();
        buffers.release(others);
        send(1000);
        assertThat(buffers.usedBytes()).isEqualTo(ReplyBufferPool.SHARED_BYTES);
    }

    @Test
    void sendsNothingOfABlockWhoseFileIsTooShort() {
        ReplyBatch batch = batch();
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> batch.add(Reply.chunk(1, 0, 20), OpenSegment.of(file, FILE - 10, 20)))
                .withMessageContaining("file ended at " + FILE);
        batch.finish();
        writer.flush();
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(0);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void givesEverythingBackWhenTheConnectionBreaks() throws Exception {
        send(SMALL);
        send(WINDOW);
        peer.breakConnection();
        assertThat(file.released()).isEqualTo(2);
        assertThat(answered).hasValue(2);
        assertThat(listener.failures).isEqualTo(2);
        assertThat(writer.isIdle()).isTrue();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void countsAnAnswerUntilItIsSent() throws Exception {
        writer.queue(Reply.failed(1, "no"));
        assertThat(answers.usedBytes()).isGreaterThan(Reply.failed(1, "no").encodedLength());
        writer.flush();
        assertThat(answers.usedBytes()).isPositive();
        peer.readAll();
        assertThat(answers.usedBytes()).isZero();
    }

    @Test
    void countsNoAnswerThatNeverWillBeSent() {
        writer.queue(Reply.failed(1, "no"));
        writer.queue(Reply.failed(2, "no"));
        writer.discard();
        assertThat(answers.usedBytes()).isZero();
    }

    @Test
    void countsNoBlockAsAnAnswer() throws Exception {
        send(1000);
        assertThat(answers.usedBytes()).isZero();
        peer.readAll();
        assertThat(answers.usedBytes()).isZero();
    }
}
