package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplyWriterTest {
    private static final int SMALL = ReplyWriter.SMALL_BLOCK_BYTES;
    private static final int LARGE = 1024 * 1024;

    @TempDir
    private Path temp;

    private FileChannel file;
    private final SlowPeer peer = new SlowPeer();
    private final EmbeddedChannel channel = new EmbeddedChannel(peer);
    private final BufferBudget budget = new BufferBudget(2 * 1024 * 1024);
    private final Listener listener = new Listener();
    private final ReplyWriter writer = new ReplyWriter(channel, budget, listener);
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();

    @BeforeEach
    void openFile() throws IOException {
        file = FileChannel.open(Files.write(temp.resolve("data"), block(LARGE, 1)));
    }

    @AfterEach
    void closeFile() throws IOException {
        peer.readAll();
        channel.finishAndReleaseAll();
        file.close();
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    @Test
    void givesASmallBlocksFileBackAtOnceAndCountsTheBlockUntilItWasSent() throws Exception {
        queue(SMALL);
        assertThat(closed).hasValue(1);
        assertThat(sent).hasValue(0);
        writer.flush();
        peer.readAll();
        assertThat(sent).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void givesALargeBlocksFileBackWhenItWasSent() throws Exception {
        queue(SMALL + 1);
        writer.flush();
        assertThat(closed).hasValue(0);
        peer.readAll();
        assertThat(closed).hasValue(1);
        assertThat(sent).hasValue(1);
    }

    @Test
    void stopsReadingForAPeerThatDoesNotReadAndGoesOnWhenItDoes() throws Exception {
        int blocks = 0;
        while (writer.hasRoomForBlocks()) {
            queue(SMALL);
            blocks++;
        }
        writer.flush();
        assertThat(blocks * SMALL).isBetween(256 * 1024, 1024 * 1024);
        assertThat(listener.room).isZero();
        peer.readAll();
        assertThat(listener.room).isEqualTo(1);
        assertThat(writer.hasRoomForBlocks()).isTrue();
    }

    @Test
    void letsAConnectionThatHoldsNothingHaveABlockWhenTheBudgetOfAllIsSpent() throws Exception {
        budget.take(2 * 1024 * 1024);
        assertThat(writer.hasRoomForBlocks()).isTrue();
        queue(SMALL);
        assertThat(writer.hasRoomForBlocks()).isFalse();
        writer.flush();
        peer.readAll();
        assertThat(writer.hasRoomForBlocks()).isTrue();
    }

    @Test
    void sendsNothingOfABlockWhoseFileIsTooShort() {
        OpenSegment cut = OpenSegment.of(file, LARGE - 10, 20, closed::incrementAndGet);
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> writer.queue(Reply.chunk(1, 0, 20), cut, sent::incrementAndGet))
                .withMessageContaining("file ended at " + LARGE);
        assertThat(closed).hasValue(1);
        assertThat(sent).hasValue(0);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void givesEverythingBackWhenTheConnectionBreaks() throws Exception {
        queue(SMALL);
        queue(LARGE);
        writer.flush();
        peer.breakConnection();
        assertThat(closed).hasValue(2);
        assertThat(sent).hasValue(2);
        assertThat(listener.failures).isEqualTo(2);
        assertThat(writer.isIdle()).isTrue();
        assertThat(budget.isExhausted()).isFalse();
    }

    private void queue(int length) throws IOException {
        writer.queue(
                Reply.chunk(1, 0, length),
                OpenSegment.of(file, 0, length, closed::incrementAndGet),
                sent::incrementAndGet);
    }

    private static final class Listener implements ReplyWriter.Listener {
        private int failures;
        private int room;

        @Override
        public void onReplySent(boolean success) {
            failures += success ? 0 : 1;
        }

        @Override
        public void onRoomForBlocks() {
            room++;
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
