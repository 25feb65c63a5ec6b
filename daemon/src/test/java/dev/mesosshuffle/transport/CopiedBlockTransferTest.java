package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

class CopiedBlockTransferTest extends CopiedReplies {
    @Test
    void sendsALargeBlockFromBuffersOnly() throws Exception {
        send(FILE);
        readOn();
        assertThat(received()).isEqualTo(frame(FILE));
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isOne();
        assertThat(writer.isIdle()).isTrue();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void sendsTheHeadAndTheFirstPartInOneBuffer() throws Exception {
        send(FIRST);
        assertThat(peer.waiting).hasSize(1);
        assertThat(file.waiting()).isZero();
        peer.readAll();
        assertThat(received()).isEqualTo(frame(FIRST));
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isOne();
    }

    @Test
    void readsTheLastByteByItself() throws Exception {
        send(FIRST + 1);
        assertThat(file.asked()).isOne();
        readOn();
        assertThat(received()).isEqualTo(frame(FIRST + 1));
    }

    @Test
    void stillBuffersSmallBlocksTogether() throws Exception {
        ReplyBatch batch = batch();
        for (int chunk = 0; chunk < 3; chunk++) {
            batch.add(Reply.chunk(1, chunk, 1000), OpenSegment.of(file, chunk * 1000L, 1000));
        }
        batch.finish();
        writer.flush();
        assertThat(peer.waiting).hasSize(1);
        assertThat(batch.isBuffered(SMALL)).isTrue();
        assertThat(batch.isBuffered(SMALL + 1)).isFalse();
    }

    @Test
    void readsTheNextWindowWhileOneIsInTheChannelAndNoMore() throws Exception {
        send(FILE);
        assertThat(peer.waiting).hasSize(1);
        assertThat(file.waiting()).isOne();
        diskAnswers();
        assertThat(peer.waiting).hasSize(2);
        assertThat(file.waiting()).isZero();
        assertThat(buffers.usedBytes()).isEqualTo(2 * BUFFER);
        peer.read(BUFFER);
        assertThat(file.waiting()).isOne();
        assertThat(buffers.usedBytes()).isEqualTo(2 * BUFFER);
    }

    @Test
    void holdsNoMoreThanItsTwoBuffersOfAnyLongBlock() throws Exception {
        send(FILE);
        for (int i = 0; i < 10; i++) {
            if (file.waiting() > 0) {
                diskAnswers();
            }
            assertThat(buffers.usedBytes()).isLessThanOrEqualTo(2 * BUFFER);
            peer.read(BUFFER);
        }
    }

    @Test
    void usesTheSameBuffersAgain() throws Exception {
        send(FILE);
        readOn();
        long direct = allocated();
        for (int i = 0; i < 5; i++) {
            send(FILE);
            readOn();
        }
        assertThat(allocated()).as("the heads are in them too").isEqualTo(direct);
    }

    private static long allocated() {
        return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numAllocations)
                .sum();
    }

    @Test
    void takesTurnsWithItsOwnPeerInSmallBuffersWhileOthersHoldEverything() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET);
        send(SMALL);
        assertThat(buffers.usedBytes()).isEqualTo(BUDGET + ReplyBufferPool.GUARANTEED_BYTES);
        assertThat(file.waiting()).as("nothing is read ahead").isZero();
        for (int i = 0; i < 20 && !writer.isIdle(); i++) {
            peer.readAll();
            assertThat(file.waiting()).isLessThanOrEqualTo(1);
            assertThat(buffers.usedBytes()).isLessThanOrEqualTo(BUDGET + ReplyBufferPool.GUARANTEED_BYTES);
            if (file.waiting() > 0) {
                diskAnswers();
            }
        }
        assertThat(received()).isEqualTo(frame(SMALL));
        assertThat(answered).hasValue(1);
        buffers.release(others);
    }

    @Test
    void buffersOnlyVerySmallBlocksWhileOthersHoldEverything() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET);
        ReplyBatch batch = batch();
        int most = BufferedReplyBatch.SMALL_BLOCK_BYTES_IF_EXHAUSTED;
        assertThat(batch.isBuffered(most)).isTrue();
        assertThat(batch.isBuffered(most + 1)).isFalse();
        batch.add(Reply.chunk(1, 0, most), OpenSegment.of(file, 0, most));
        batch.finish();
        writer.flush();
        assertThat(writer.isWritable()).isFalse();
        assertThat(file.released()).isOne();
        assertThat(buffers.usedBytes()).isEqualTo(BUDGET + HEAD + most);
        // What was decided for a batch holds to its end.
        buffers.release(others);
        assertThat(batch.isBuffered(SMALL)).isFalse();
        assertThat(batch().isBuffered(SMALL)).isTrue();
        peer.readAll();
        assertThat(received()).isEqualTo(frame(most));
    }

    @Test
    void readsNothingAheadOnceItsShareIsLessThanABuffer() throws Exception {
        ByteBuf others = buffers.acquire(BUDGET - 64 * BUFFER);
        send(FILE);
        assertThat(file.waiting()).isZero();
        buffers.release(others);
        peer.read(BUFFER);
        assertThat(file.waiting()).isOne();
        diskAnswers();
        assertThat(file.waiting()).isOne();
    }

    @Test
    void countsEachWaitingBlockAsTheBufferThatItHolds() throws Exception {
        int blocks = 0;
        while (writer.isWritable()) {
            send(FILE);
            blocks++;
        }
        assertThat(blocks).isEqualTo(4);
        assertThat(buffers.usedBytes()).isLessThanOrEqualTo(5 * BUFFER);
        readOn();
        assertThat(answered).hasValue(4);
        assertThat(received()).hasSize(4 * (HEAD + FILE));
        assertThat(listener.room).isOne();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void letsNothingComeBetweenTheWindowsOfABlock() throws Exception {
        send(FILE);
        writer.queue(Reply.done(7));
        writer.flush();
        readOn();
        assertThat(received()).startsWith(frame(FILE)).endsWith(bytes(Reply.done(7)));
        assertThat(listener.sent).isEqualTo(2);
    }

    @Test
    void tellsWhenAFileHasBecomeShorterAndGivesEverythingBack() throws Exception {
        send(FILE);
        try (FileChannel writable = FileChannel.open(temp.resolve("data"), StandardOpenOption.WRITE)) {
            writable.truncate(WINDOW);
        }
        while (listener.unreadable == null) {
            peer.readAll();
            diskAnswers();
        }
        assertThat(listener.unreadable).isInstanceOf(EOFException.class);
        assertThat(received().length).isLessThanOrEqualTo(HEAD + WINDOW);
        peer.readAll();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void repliesWithAFailureWhenNotEvenTheFirstPartCanBeRead() throws Exception {
        try (FileChannel writable = FileChannel.open(temp.resolve("data"), StandardOpenOption.WRITE)) {
            writable.truncate(10);
        }
        ReplyBatch batch = batch();
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> batch.add(Reply.chunk(1, 0, FILE), OpenSegment.of(file, 0, FILE)));
        batch.add(Reply.chunkFailed(1, 0, "gone"));
        batch.finish();
        writer.flush();
        peer.readAll();
        assertThat(received()).isEqualTo(bytes(Reply.chunkFailed(1, 0, "gone")));
        assertThat(file.released()).isOne();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void keepsTheBufferThatTheDiskReadsIntoUntilItHas() throws Exception {
        send(FILE);
        peer.breakConnection();
        assertThat(file.released()).isZero();
        assertThat(buffers.usedBytes()).isEqualTo(BUFFER);
        diskAnswers();
        assertThat(peer.waiting).isEmpty();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        assertThat(buffers.usedBytes()).isZero();
        assertThat(listener.unreadable).isNull();
    }

    @Test
    void saysNothingOfADiskThatFailsAfterTheConnection() throws Exception {
        send(FILE);
        peer.breakConnection();
        file.fail(new IOException("disk"));
        channel.runPendingTasks();
        assertThat(listener.unreadable).isNull();
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void keepsAConnectionOpenUntilTheChannelHasGivenUpTheLastWindow() throws Exception {
        send(FILE);
        file.fail(new IOException("disk"));
        channel.runPendingTasks();
        assertThat(listener.unreadable).hasMessage("disk");
        assertThat(file.released()).isZero();
        peer.breakConnection();
        assertThat(file.released()).isOne();
        assertThat(buffers.usedBytes()).isZero();
    }
}
