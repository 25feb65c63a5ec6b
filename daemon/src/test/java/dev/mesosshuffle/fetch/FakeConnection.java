package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a network. It records replies, is writable while a test says so, and runs the tasks of its event
 * loop in the test's thread. For any thread, as a real one.
 */
public final class FakeConnection implements Connection {
    private volatile boolean succeeded;
    public static final String ADDRESS = "/10.0.0.1:4711";

    private static final int TIMEOUT_SECONDS = 20;

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicInteger later = new AtomicInteger();
    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    private final List<Queued> queued = new ArrayList<>();
    private volatile BooleanSupplier writable = () -> true;
    private int maxBufferedBytes = Integer.MAX_VALUE;
    private volatile boolean memoryExhausted;
    private volatile boolean batchesExhausted;
    private boolean closed;
    private boolean idleTimeoutDisabled;

    private record Queued(
            String reply,
            @Nullable OpenSegment block,
            @Nullable SendProgress onFinished) {}

    /** What a client receives of a reply without a block, in hex. */
    public static String encoded(Reply reply) {
        ByteBuf bytes = Unpooled.buffer(reply.encodedLength());
        reply.writeTo(bytes);
        return ByteBufUtil.hexDump(bytes);
    }

    /** What a client receives of a reply with a block, in hex. */
    public static String encoded(Reply reply, byte[] block) {
        return encoded(reply) + ByteBufUtil.hexDump(block);
    }

    public void setWritable(boolean isWritable) {
        setWritable(() -> isWritable);
    }

    /** Lets a test decide, and observe, whenever somebody checks whether the connection is writable. */
    public void setWritable(BooleanSupplier isWritable) {
        writable = isWritable;
    }

    /** Longer blocks keep their files open until they are sent. */
    public synchronized void setMaxBufferedBytes(int bytes) {
        maxBufferedBytes = bytes;
    }

    /** From now on, no block can be added to a batch, for lack of memory. */
    public void exhaustMemory() {
        memoryExhausted = true;
    }

    /** From now on, no batch can begin, for lack of memory. */
    public void exhaustBatches() {
        batchesExhausted = true;
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    public synchronized boolean isIdleTimeoutDisabled() {
        return idleTimeoutDisabled;
    }

    /** The number of replies that wait for a flush. */
    public synchronized int queuedReplies() {
        return queued.size();
    }

    /** Whether a task waits for the event loop. */
    public boolean hasTask() {
        return !tasks.isEmpty();
    }

    /** Waits for the next task of the event loop, and runs it. */
    public void runNextTask() throws InterruptedException {
        Runnable task = tasks.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (task == null) {
            throw new AssertionError("no task for the event loop in time");
        }
        task.run();
    }

    /** Waits for the next reply that was sent. */
    public String nextReply() throws InterruptedException {
        String reply = sent.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (reply == null) {
            throw new AssertionError("no reply in time");
        }
        return reply;
    }

    /** The replies that were sent and not returned before. */
    public List<String> replies() {
        List<String> replies = new ArrayList<>();
        sent.drainTo(replies);
        return replies;
    }

    @Override
    public String remoteAddress() {
        return ADDRESS;
    }

    @Override
    public boolean isOpen() {
        return !isClosed();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Runnable prepare(Runnable task) {
        return () -> tasks.add(task);
    }

    @Override
    public void executeLater(Runnable task) {
        later.incrementAndGet();
        tasks.add(task);
    }

    /** How many tasks were to run after the input of others. */
    public int laterTasks() {
        return later.get();
    }

    @Override
    public void send(Reply reply) {
        queue(List.of(new Queued(encoded(reply), null, null)));
    }

    @Override
    public long maxAnswerBytes(long wantedBytes) {
        return Long.MAX_VALUE;
    }

    @Override
    public ReplyBatch newBatch(SendProgress onFinished) {
        if (batchesExhausted) {
            throw new OutOfMemoryError("exhausted for a test");
        }
        return new FakeBatch(onFinished);
    }

    @Override
    public void flush() {
        List<Queued> flushed;
        synchronized (this) {
            flushed = List.copyOf(queued);
            queued.clear();
        }
        for (Queued next : flushed) {
            sent.add(next.reply() + read(next.block()));
            if (next.onFinished() != null) {
                next.onFinished().onFinished(1);
            }
        }
    }

    @Override
    public boolean isWritable() {
        return writable.getAsBoolean();
    }

    @Override
    public void requestSucceeded() {
        succeeded = true;
    }

    /** Whether one of its requests succeeded that only a client of an application makes. */
    public boolean hasSucceeded() {
        return succeeded;
    }

    @Override
    public synchronized void disableIdleTimeout() {
        idleTimeoutDisabled = true;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private synchronized void queue(List<Queued> replies) {
        queued.addAll(replies);
    }

    private synchronized boolean isBuffered(long length) {
        return length <= maxBufferedBytes;
    }

    private static String read(@Nullable OpenSegment block) {
        if (block == null) {
            return "";
        }
        try (block) {
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) block.length());
            block.file().read(block.offset(), bytes);
            byte[] read = new byte[bytes.capacity()];
            bytes.get(0, read);
            return ByteBufUtil.hexDump(read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps its replies until it is finished, as a real batch does. */
    private final class FakeBatch implements ReplyBatch {
        private final SendProgress onFinished;
        private final List<Queued> replies = new ArrayList<>();

        FakeBatch(SendProgress onFinished) {
            this.onFinished = onFinished;
        }

        @Override
        public boolean isBuffered(long length) {
            return FakeConnection.this.isBuffered(length);
        }

        @Override
        public void add(Reply reply) {
            replies.add(new Queued(encoded(reply), null, onFinished));
        }

        @Override
        public void add(Reply reply, OpenSegment block) throws IOException {
            if (memoryExhausted) {
                block.close();
                throw new OutOfMemoryError("exhausted for a test");
            }
            if (isBuffered(block.length())) {
                try {
                    replies.add(new Queued(encoded(reply) + read(block), null, onFinished));
                } catch (UncheckedIOException e) {
                    throw new IOException(e.getCause());
                }
            } else {
                replies.add(new Queued(encoded(reply), block, onFinished));
            }
        }

        @Override
        public void finish() {
            queue(replies);
        }
    }
}
