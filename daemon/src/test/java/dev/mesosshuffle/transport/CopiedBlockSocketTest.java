package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Large blocks through a handler that stands for a cipher, on real sockets of each kind. */
class CopiedBlockSocketTest {
    private static final int FILE = 6 * 1024 * 1024 + 13;
    private static final int HEAD = Reply.chunk(1, 0, 0).encodedLength();
    private static final int BUFFER = ReplyBufferPool.SHARED_BYTES;
    /** So little that most of a window waits for a peer that does not read. */
    private static final int SOCKET_BUFFER = 16 * 1024;

    private static final long PATIENCE_SECONDS = 30;
    private static final byte KEY = 0x5a;

    @TempDir
    private Path temp;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final ReplyBufferPool buffers =
            new ReplyBufferPool(allocator, WrittenReplies.BUDGET, ByteBudget.of(1 << 20));
    private final AtomicInteger regions = new AtomicInteger();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> peers = new ArrayList<>();
    private ReadFile file;

    @SuppressWarnings("NullAway.Init") // by each test
    private EventLoopGroup loop;

    @SuppressWarnings("NullAway.Init") // by each test
    private Channel server;

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(
                        EpollIoHandler.newFactory(), (ChannelFactory<ServerChannel>) EpollServerSocketChannel::new),
                Arguments.of(NioIoHandler.newFactory(), (ChannelFactory<ServerChannel>) NioServerSocketChannel::new));
    }

    @BeforeEach
    void openFile() throws IOException {
        file = new ReadFile(Files.write(temp.resolve("data"), block(FILE, 1)));
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket peer : peers) {
            peer.close();
        }
        server.close().sync();
        loop.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).sync();
        file.close();
        buffers.close();
        assertThat(regions).as("file regions that met the cipher").hasValue(0);
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sendsWhatIsInTheFile(IoHandlerFactory io, ChannelFactory<ServerChannel> factory) throws Exception {
        listen(io, factory);
        Socket peer = connect();
        ReplyWriter writer = newWriter();
        int smallest = BufferedReplyBatch.SMALL_BLOCK_BYTES + 1;
        int first = BUFFER - HEAD;
        int[] lengths = {smallest, first - 1, first, first + 1, first + BUFFER, first + BUFFER + 1, FILE};
        for (int length : lengths) {
            send(writer, length);
        }
        DataInputStream in = new DataInputStream(peer.getInputStream());
        byte[] all = block(FILE, 1);
        for (int length : lengths) {
            byte[] received = new byte[HEAD + length];
            in.readFully(received);
            for (int i = HEAD; i < received.length; i++) {
                received[i] ^= KEY;
            }
            assertThat(ByteBuffer.wrap(received, HEAD, length)).isEqualTo(ByteBuffer.wrap(all, 0, length));
        }
        await(() -> writer.isIdle() && file.released.get() == lengths.length);
        assertThat(buffers.usedBytes()).isZero();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void usesItsBuffersAgainForEachWindow(IoHandlerFactory io, ChannelFactory<ServerChannel> factory) throws Exception {
        listen(io, factory);
        Socket peer = connect();
        ReplyWriter writer = newWriter();
        exchange(writer, peer);
        long before = allocations();
        for (int i = 0; i < 3; i++) {
            exchange(writer, peer);
        }
        // A buffer more may have been needed at one moment; there were about 150 windows.
        assertThat(allocations() - before).isLessThan(3);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void stalledPeersHoldTwoBuffersEach(IoHandlerFactory io, ChannelFactory<ServerChannel> factory) throws Exception {
        listen(io, factory);
        List<ReplyWriter> writers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            connectWithoutBuffer();
            ReplyWriter writer = newWriter();
            writers.add(writer);
            send(writer, FILE);
        }
        // Each has filled its peer's buffers when two of its windows wait.
        await(() -> file.reading.get() == 0 && buffers.usedBytes() == 16L * 2 * BUFFER);
        long inUse = allocator.metric().usedDirectMemory();
        assertThat(inUse).isLessThan(2L * 16 * 2 * BUFFER + (16 << 20));
        for (Socket peer : peers) {
            peer.close();
        }
        await(() -> file.released.get() == 16 && buffers.usedBytes() == 0);
        assertThat(writers).allMatch(ReplyWriter::isIdle);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void givesEverythingBackWhenThePeerLeavesInTheMiddle(IoHandlerFactory io, ChannelFactory<ServerChannel> factory)
            throws Exception {
        listen(io, factory);
        for (int i = 0; i < 10; i++) {
            Socket peer = connect();
            ReplyWriter writer = newWriter();
            send(writer, FILE);
            new DataInputStream(peer.getInputStream()).readFully(new byte[HEAD + i * BUFFER]);
            peer.setSoLinger(true, 0);
            peer.close();
            int closed = i + 1;
            await(() -> writer.isIdle() && file.released.get() == closed && buffers.usedBytes() == 0);
        }
    }

    private void exchange(ReplyWriter writer, Socket peer) throws Exception {
        send(writer, FILE);
        new DataInputStream(peer.getInputStream()).readFully(new byte[HEAD + FILE]);
        await(writer::isIdle);
    }

    private long allocations() {
        return allocator.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numNormalAllocations)
                .sum();
    }

    private void listen(IoHandlerFactory io, ChannelFactory<ServerChannel> factory) throws Exception {
        loop = new MultiThreadIoEventLoopGroup(1, io);
        server = new ServerBootstrap()
                .group(loop)
                .channelFactory(factory)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addFirst(new XorHandler());
                        accepted.add(channel);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private Socket connect() throws IOException {
        return connect(new Socket());
    }

    private Socket connectWithoutBuffer() throws IOException {
        Socket peer = new Socket();
        peer.setReceiveBufferSize(SOCKET_BUFFER);
        return connect(peer);
    }

    private Socket connect(Socket peer) throws IOException {
        peers.add(peer);
        peer.connect(server.localAddress());
        peer.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        return peer;
    }

    private ReplyWriter newWriter() throws Exception {
        Channel channel = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        ReplyWriter writer = new ReplyWriter(channel, this, buffers, System::nanoTime, new WrittenReplies.Listener());
        writer.sendCopies();
        return writer;
    }

    private void send(ReplyWriter writer, int length) throws IOException {
        BufferedReplyBatch batch = new BufferedReplyBatch(buffers, writer, System::nanoTime, answered -> {});
        batch.add(Reply.chunk(1, 0, length), OpenSegment.of(file, 0, length));
        batch.finish();
        writer.flush();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it took too long").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Changes every byte. */
    private final class XorHandler extends ChannelDuplexHandler {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes) {
                byte[] encrypted = ByteBufUtil.getBytes(bytes);
                for (int i = 0; i < encrypted.length; i++) {
                    encrypted[i] ^= KEY;
                }
                var unused = context.write(bytes.setBytes(bytes.readerIndex(), encrypted), promise);
            } else {
                regions.incrementAndGet();
                var unused = context.write(message, promise);
            }
        }
    }

    /** A file with one thread that reads it. */
    private static final class ReadFile implements OpenFile, AutoCloseable {
        private final FileChannel channel;
        private final ExecutorService disk = Executors.newSingleThreadExecutor();
        private final AtomicInteger released = new AtomicInteger();
        private final AtomicInteger reading = new AtomicInteger();

        private ReadFile(Path path) throws IOException {
            channel = FileChannel.open(path);
        }

        @Override
        public FileChannel channel() {
            return channel;
        }

        @Override
        public void load(long offset, long length) {
            throw new AssertionError("a block that is copied is not loaded");
        }

        @Override
        public void loadAsync(Object client, long offset, long length, ReadListener listener) {
            throw new AssertionError("a block that is copied is not loaded");
        }

        @Override
        public void readAsync(Object client, long offset, ByteBuffer target, ReadListener listener) {
            reading.incrementAndGet();
            disk.execute(() -> {
                Throwable failure = null;
                try {
                    read(offset, target);
                } catch (IOException | AssertionError e) {
                    failure = e;
                } finally {
                    reading.decrementAndGet();
                }
                listener.onReadEnd(failure);
            });
        }

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            int bytes = target.remaining();
            assertThat(channel.read(target, offset)).isEqualTo(bytes);
        }

        @Override
        public boolean readResident(long offset, ByteBuffer target) {
            return false;
        }

        @Override
        public PageResidency residency(long offset, long length) {
            return PageResidency.UNKNOWN;
        }

        @Override
        public void release() {
            released.incrementAndGet();
        }

        @Override
        public void close() throws IOException {
            disk.shutdown();
            channel.close();
        }
    }
}
