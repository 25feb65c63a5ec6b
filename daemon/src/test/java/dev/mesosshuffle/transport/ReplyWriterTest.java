package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.dispatch.ReplyBatch;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplyWriterTest {
    private static final int SMALL = BufferedReplies.SMALL_BLOCK_BYTES;
    private static final int WINDOW = BlockTransfer.WINDOW_BYTES;
    private static final int FILE = 3 * WINDOW;
    /** So much that one connection's share of it is more than a connection ever holds. */
    private static final int BUDGET = 33 * 1024 * 1024;

    @TempDir
    private Path temp;

    private TestFile file;
    private final SlowPeer peer = new SlowPeer();
    private final EmbeddedChannel channel = new EmbeddedChannel(peer);
    private final ReplyBuffers buffers = new ReplyBuffers(channel.alloc(), BUDGET);
    private final Listener listener = new Listener();
    private final ReplyWriter writer = new ReplyWriter(channel, buffers, listener);
    private final AtomicInteger answered = new AtomicInteger();

    @BeforeEach
    void openFile() throws IOException {
        file = new TestFile(Files.write(temp.resolve("data"), block(FILE, 1)));
    }

    @AfterEach
    void closeFile() throws IOException {
        peer.readAll();
        channel.finishAndReleaseAll();
        buffers.close();
        file.close();
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

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
        peer.readAll();
        assertThat(answered).hasValue(4);
        assertThat(listener.sent).isEqualTo(4);
    }

    @Test
    void sendsSmallBlocksFromTheirFileWhileTheBudgetOfAllConnectionsIsSpent() throws Exception {
        ByteBuf others = buffers.take(BUDGET);
        ReplyBatch batch = batch();
        assertThat(batch.isReadAtOnce(1000)).isFalse();
        assertThat(batch.isReadAtOnce(0)).isTrue();
        batch.add(Reply.chunk(1, 0, 1000), OpenSegment.of(file, 500, 1000));
        batch.add(Reply.chunk(1, 1, 0), OpenSegment.empty());
        // What was decided for a batch holds to its end.
        buffers.giveBack(others);
        assertThat(batch.isReadAtOnce(1000)).isFalse();
        batch.finish();
        writer.flush();
        assertThat(peer.waiting)
                .extracting(write -> write.message() instanceof FileRegion)
                .containsExactly(false, true, false);
        assertThat(file.released()).isZero();
        peer.readAll();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(2);
        assertThat(batch().isReadAtOnce(1000)).isTrue();
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
    void givesALargeBlocksFileBackWhenItWasSent() throws Exception {
        send(SMALL + 1);
        assertThat(file.released()).isZero();
        peer.readAll();
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
    }

    @Test
    void handsEachWindowOfALargeBlockToTheChannelOnlyWhenTheDiskHasItReady() throws Exception {
        send(FILE);
        assertThat(peer.regions()).isEqualTo(1);
        assertThat(file.waiting()).isEqualTo(1);
        peer.readAll();
        assertThat(peer.regions()).isZero();
        file.answer();
        channel.runPendingTasks();
        assertThat(peer.regions()).isEqualTo(1);
        file.answer();
        channel.runPendingTasks();
        assertThat(file.waiting()).isZero();
        assertThat(answered).hasValue(0);
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void doesNotReadFarAheadOfAPeerThatDoesNotRead() throws Exception {
        send(FILE);
        file.answer();
        channel.runPendingTasks();
        assertThat(peer.regions()).isEqualTo(2);
        assertThat(file.waiting()).isZero();
        peer.readAll();
        assertThat(file.waiting()).isEqualTo(1);
        file.answer();
        channel.runPendingTasks();
    }

    @Test
    void doesNotAskTheDiskForWindowsThatAreInThePageCache() throws Exception {
        file.setLoaded(FILE);
        send(FILE);
        assertThat(peer.regions()).isEqualTo(2);
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void asksTheDiskOnceAWindowIsNotInThePageCache() throws Exception {
        file.setLoaded(2 * WINDOW);
        send(FILE);
        peer.readAll();
        assertThat(answered).hasValue(0);
        assertThat(file.waiting()).isEqualTo(1);
        file.answer();
        channel.runPendingTasks();
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void letsNothingComeBetweenTheWindowsOfABlock() throws Exception {
        send(FILE);
        writer.queue(Reply.done(7));
        writer.flush();
        file.answer();
        channel.runPendingTasks();
        peer.readAll();
        assertThat(listener.sent).isZero();
        file.answer();
        channel.runPendingTasks();
        assertThat(peer.waiting.stream()
                        .map(written -> written.message().getClass().getSimpleName()))
                .first()
                .isEqualTo("WindowRegion");
        assertThat(peer.waiting).hasSize(2);
        peer.readAll();
        assertThat(listener.sent).isEqualTo(2);
    }

    @Test
    void tellsWhenABlockCannotBeReadOnAndGivesItBack() throws Exception {
        send(FILE);
        peer.readAll();
        file.fail(new IOException("disk"));
        channel.runPendingTasks();
        assertThat(listener.unreadable).hasMessage("disk");
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void keepsABlockOpenWhileTheDiskReadsIt() throws Exception {
        send(FILE);
        peer.breakConnection();
        assertThat(file.released()).isZero();
        file.answer();
        channel.runPendingTasks();
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(peer.waiting).isEmpty();
    }

    @Test
    void stopsReadingForAPeerThatDoesNotReadAndGoesOnWhenItDoes() throws Exception {
        int blocks = 0;
        while (writer.hasRoomForBlocks()) {
            send(SMALL);
            blocks++;
        }
        assertThat(blocks * SMALL).isBetween(128 * 1024, 1024 * 1024);
        assertThat(listener.room).isZero();
        peer.readAll();
        assertThat(listener.room).isEqualTo(1);
        assertThat(writer.hasRoomForBlocks()).isTrue();
    }

    @Test
    void letsAConnectionThatHoldsNothingHaveABlockWhenTheBudgetOfAllIsSpent() throws Exception {
        ByteBuf others = buffers.take(BUDGET);
        assertThat(writer.hasRoomForBlocks()).isTrue();
        send(SMALL);
        assertThat(writer.hasRoomForBlocks()).isFalse();
        peer.readAll();
        assertThat(writer.hasRoomForBlocks()).isTrue();
        buffers.giveBack(others);
    }

    @Test
    void leavesAConnectionThatHoldsItsShareWithoutRoomThoughTheBudgetIsNotSpent() throws Exception {
        ByteBuf others = buffers.take(BUDGET - 64 * SMALL);
        assertThat(buffers.share()).isEqualTo(SMALL);
        assertThat(writer.hasRoomForBlocks()).isTrue();
        send(SMALL / 2);
        assertThat(writer.hasRoomForBlocks()).isTrue();
        send(SMALL / 2);
        assertThat(writer.hasRoomForBlocks()).isFalse();
        assertThat(buffers.isBudgetSpent()).isFalse();
        peer.readAll();
        assertThat(listener.room).isOne();
        assertThat(writer.hasRoomForBlocks()).isTrue();
        buffers.giveBack(others);
    }

    @Test
    void takesNoMoreThanABlockNeedsWhileAShareIsLessThanASharedBuffer() throws Exception {
        ByteBuf others = buffers.take(BUDGET - 64 * SMALL);
        long before = buffers.usedBytes();
        send(1000);
        assertThat(buffers.usedBytes() - before)
                .isEqualTo(1000 + Reply.chunk(1, 0, 1000).encodedLength());
        peer.readAll();
        buffers.giveBack(others);
        send(1000);
        assertThat(buffers.usedBytes()).isEqualTo(ReplyBuffers.SHARED_BYTES);
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

    private ReplyBatch batch() {
        return new BufferedReplies(buffers, writer, answered::addAndGet);
    }

    private void send(int length) throws IOException {
        ReplyBatch batch = batch();
        batch.add(Reply.chunk(1, 0, length), OpenSegment.of(file, 0, length));
        batch.finish();
        writer.flush();
    }

    private static final class Listener implements ReplyWriter.Listener {
        private int sent;
        private int failures;
        private int room;
        private @Nullable Throwable unreadable;

        @Override
        public void onRepliesSent(int count, boolean success) {
            sent += success ? count : 0;
            failures += success ? 0 : count;
        }

        @Override
        public void onRoomForBlocks() {
            room++;
        }

        @Override
        public void onUnreadableBlock(Throwable cause) {
            unreadable = cause;
        }
    }

    /** Takes what is written only when it is told to. */
    private static final class SlowPeer extends ChannelOutboundHandlerAdapter {
        private record Written(Object message, ChannelPromise promise) {}

        private final Deque<Written> waiting = new ArrayDeque<>();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            waiting.add(new Written(message, promise));
        }

        long regions() {
            return waiting.stream()
                    .filter(written -> written.message() instanceof FileRegion)
                    .count();
        }

        void readAll() {
            for (Written next = waiting.poll(); next != null; next = waiting.poll()) {
                ReferenceCountUtil.release(next.message());
                next.promise().setSuccess();
            }
        }

        void breakConnection() {
            for (Written next = waiting.poll(); next != null; next = waiting.poll()) {
                ReferenceCountUtil.release(next.message());
                next.promise().setFailure(new IOException("reset"));
            }
        }
    }
}
