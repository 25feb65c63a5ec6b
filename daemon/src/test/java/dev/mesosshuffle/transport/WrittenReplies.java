package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.fetch.SendProgress;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import dev.mesosshuffle.testing.ScarceChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A writer of replies, a file whose disk responds on demand, and a peer that reads on demand. */
abstract class WrittenReplies {
    static final int SMALL = BufferedReplyBatch.SMALL_BLOCK_BYTES;
    static final int WINDOW = BlockTransfer.WINDOW_BYTES;
    static final int FILE = 3 * WINDOW;
    static final int HEAD = Reply.chunk(1, 0, 0).encodedLength();
    /** So much that one connection's share of it is more than a connection ever holds. */
    static final int BUDGET = 33 * 1024 * 1024;

    @TempDir
    Path temp;

    TestFile file;
    final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    final SlowPeer peer = new SlowPeer();
    final ScarceChannel channel = new ScarceChannel(peer);
    final ByteBudget answers = ByteBudget.of(1024 * 1024);
    final ReplyBufferPool buffers = new ReplyBufferPool(channel.alloc(), BUDGET, answers);
    final Listener listener = new Listener();
    final ReplyWriter writer = new ReplyWriter(channel, this, buffers, now::get, listener);
    final AtomicInteger answered = new AtomicInteger();

    /** How long replies had waited for the disk when the last of them was sent, in ns. */
    final AtomicLong diskWaitNanos = new AtomicLong();

    private final AtomicLong toldDiskWaitNanos = new AtomicLong();

    private final SendProgress progress = new SendProgress() {
        @Override
        public void onFinished(int count) {
            answered.addAndGet(count);
            diskWaitNanos.set(toldDiskWaitNanos.get());
        }

        @Override
        public void onDiskWait(long nanos) {
            toldDiskWaitNanos.addAndGet(nanos);
        }
    };

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

    ReplyBatch batch() {
        return new BufferedReplyBatch(buffers, writer, now::get, progress);
    }

    void send(int length) throws IOException {
        ReplyBatch batch = batch();
        batch.add(Reply.chunk(1, 0, length), OpenSegment.of(file, 0, length));
        batch.finish();
        writer.flush();
    }

    void diskAnswers() {
        file.answer();
        channel.runPendingTasks();
    }

    byte[] received() {
        return peer.received.toByteArray();
    }

    /** What a peer gets of the beginning of the file. */
    static byte[] frame(int length) {
        byte[] frame = Arrays.copyOf(bytes(Reply.chunk(1, 0, length)), HEAD + length);
        System.arraycopy(block(FILE, 1), 0, frame, HEAD, length);
        return frame;
    }

    static byte[] bytes(Reply reply) {
        ByteBuf encoded = Unpooled.buffer();
        reply.writeTo(encoded);
        return ByteBufUtil.getBytes(encoded);
    }

    static final class Listener implements ReplyWriter.Listener {
        int unsent;
        int sent;
        int failures;
        int room;

        @Nullable
        Throwable unreadable;

        @Override
        public void onUnsent() {
            unsent++;
        }

        @Override
        public void onRepliesSent(int count, boolean success) {
            sent += success ? count : 0;
            failures += success ? 0 : count;
        }

        @Override
        public void onWritable() {
            room++;
        }

        @Override
        public void onUnreadableBlock(Throwable cause) {
            unreadable = cause;
        }
    }

    /** Takes what is written on demand. */
    final class SlowPeer extends ChannelOutboundHandlerAdapter {
        record Written(Object message, ChannelPromise promise) {}

        final Deque<Written> waiting = new ArrayDeque<>();
        final ByteArrayOutputStream received = new ByteArrayOutputStream();

        /** Whether it takes buffers at once when they are flushed, as a socket with room does. */
        boolean readsAtOnce;

        Runnable onFlush = () -> {};

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            waiting.add(new Written(message, promise));
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            onFlush.run();
            if (readsAtOnce) {
                try {
                    readWaiting();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        long regions() {
            return waiting.stream()
                    .filter(written -> written.message() instanceof FileRegion)
                    .count();
        }

        /** Takes all that is written, also in later turns of the event loop. */
        void readAll() throws IOException {
            do {
                readWaiting();
                channel.runPendingTasks();
            } while (!waiting.isEmpty());
        }

        /** Takes all that is written in this turn of the event loop. */
        void readWaiting() throws IOException {
            while (!waiting.isEmpty()) {
                read(Integer.MAX_VALUE);
            }
        }

        /** Takes so much of what was written first, or all of it, in the way a channel sends. */
        void read(int bytes) throws IOException {
            Written first = waiting.element();
            if (first.message() instanceof FileRegion region ? take(region, bytes) : take((ByteBuf) first.message())) {
                waiting.remove();
                ReferenceCountUtil.release(first.message());
                first.promise().setSuccess();
            }
        }

        private boolean take(FileRegion region, int bytes) throws IOException {
            long end = Math.min(region.transferred() + bytes, region.count());
            while (region.transferred() < end) {
                region.transferTo(new Intake(end - region.transferred()), region.transferred());
            }
            return end == region.count();
        }

        private boolean take(ByteBuf buffer) throws IOException {
            buffer.readBytes(received, buffer.readableBytes());
            return true;
        }

        void breakConnection() {
            for (Written next = waiting.poll(); next != null; next = waiting.poll()) {
                ReferenceCountUtil.release(next.message());
                next.promise().setFailure(new IOException("reset"));
            }
        }
    }

    /** Where the peer's bytes go; takes so many of them. */
    private final class Intake implements WritableByteChannel {
        private long left;

        Intake(long bytes) {
            left = bytes;
        }

        @Override
        public int write(ByteBuffer source) {
            byte[] taken = new byte[(int) Math.min(left, source.remaining())];
            source.get(taken);
            peer.received.writeBytes(taken);
            left -= taken.length;
            return taken.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
