package dev.mesosshuffle.transport;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to read a small block behind its header into a shared buffer, and to hand the buffers to a channel. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
public class BufferedReplyBatchBenchmark {
    private static final int BLOCKS = 64;

    @Param({"1024", "10240", "65536"})
    public int blockBytes;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ReplyBufferPool buffers =
            new ReplyBufferPool(PooledByteBufAllocator.DEFAULT, Long.MAX_VALUE, ByteBudget.of(Long.MAX_VALUE));
    private final ReplyWriter writer =
            new ReplyWriter(channel, channel, buffers, System::nanoTime, new IgnoringListener());
    private final BufferedReplyBatch replies =
            new BufferedReplyBatch(buffers, writer, System::nanoTime, answered -> {});
    private final OpenFile file = new WarmFile(openFile());

    private static FileChannel openFile() {
        try {
            Path path = Files.createTempFile("blocks", ".data");
            Files.write(path, new byte[BLOCKS * BufferedReplyBatch.SMALL_BLOCK_BYTES]);
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is left in the last buffer goes with the next round. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public void smallBlocks() throws IOException {
        for (int block = 0; block < BLOCKS; block++) {
            replies.add(
                    Reply.chunk(99, block, blockBytes), OpenSegment.of(file, (long) block * blockBytes, blockBytes));
        }
        writer.flush();
        for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            ReferenceCountUtil.release(sent);
        }
    }

    @TearDown
    public void closeFile() throws IOException {
        file.channel().close();
    }

    /** Is open all the time, and in the page cache. */
    private record WarmFile(FileChannel channel) implements OpenFile {
        @Override
        public void load(long offset, long length) {}

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            channel.read(target, offset);
        }

        @Override
        public boolean readResident(long offset, ByteBuffer target) {
            return false;
        }

        @Override
        public PageResidency residency(long offset, long length) {
            return PageResidency.RESIDENT;
        }

        @Override
        public void loadAsync(Object client, long offset, long length, ReadListener listener) {
            throw new UnsupportedOperationException("small blocks are read at once");
        }

        @Override
        public void readAsync(Object client, long offset, ByteBuffer target, ReadListener listener) {
            throw new UnsupportedOperationException("small blocks are read at once");
        }

        @Override
        public void release() {}
    }

    private static final class IgnoringListener implements ReplyWriter.Listener {
        @Override
        public void onUnsent() {}

        @Override
        public void onRepliesSent(int count, boolean success) {}

        @Override
        public void onWritable() {}

        @Override
        public void onUnreadableBlock(Throwable cause) {}
    }
}
