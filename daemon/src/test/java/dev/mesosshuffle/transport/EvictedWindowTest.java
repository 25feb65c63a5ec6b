package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A window that leaves the page cache while it waits for its peer, on real sockets of each kind. */
class EvictedWindowTest {
    private static final int BLOCK = 3 * BlockTransfer.WINDOW_BYTES;
    private static final int HEAD = Reply.chunk(1, 0, 0).encodedLength();
    /** So little that most of a window waits for a peer that does not read. */
    private static final int SOCKET_BUFFER = 16 * 1024;

    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path temp;

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);

    @Test
    void isBroughtBackByTheDisksThreadWithNativeEpoll() throws Exception {
        tryOn(EpollIoHandler.newFactory(), EpollServerSocketChannel::new);
    }

    @Test
    void isBroughtBackByTheDisksThreadWithNio() throws Exception {
        tryOn(NioIoHandler.newFactory(), NioServerSocketChannel::new);
    }

    private void tryOn(IoHandlerFactory io, ChannelFactory<ServerChannel> factory) throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, io);
        try (TestFile file = new TestFile(Files.write(temp.resolve("data"), block(BLOCK, 1)))) {
            CompletableFuture<Channel> accepted = new CompletableFuture<>();
            Channel server = new ServerBootstrap()
                    .group(loop)
                    .channelFactory(factory)
                    .childOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accepted.complete(channel);
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            try (Socket peer = new Socket()) {
                peer.setReceiveBufferSize(SOCKET_BUFFER);
                peer.connect(server.localAddress());
                askForBlock(peer, accepted.get(PATIENCE_SECONDS, TimeUnit.SECONDS), file);
            }
        } finally {
            loop.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).sync();
        }
    }

    private void askForBlock(Socket peer, Channel channel, TestFile file) throws Exception {
        peer.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        file.setResident(BLOCK);
        ReplyBufferPool buffers = new ReplyBufferPool(channel.alloc(), WrittenReplies.BUDGET, ByteBudget.of(0));
        ReplyWriter writer = new ReplyWriter(channel, this, buffers, now::get, new WrittenReplies.Listener());
        BufferedReplyBatch batch = new BufferedReplyBatch(buffers, writer, now::get, answered -> {});
        batch.add(Reply.chunk(1, 0, BLOCK), OpenSegment.of(file, 0, BLOCK));
        batch.finish();
        writer.flush();

        DataInputStream received = new DataInputStream(peer.getInputStream());
        received.readFully(new byte[HEAD]);
        onLoop(channel, () -> {
            file.setResident(0);
            return now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        });
        CompletableFuture<byte[]> block = CompletableFuture.supplyAsync(() -> read(received));
        awaitQuestionToDisk(channel, file);
        onLoop(channel, () -> {
            file.setResident(BLOCK);
            file.answer();
            return null;
        });
        assertThat(block.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(block(BLOCK, 1));
        assertThat(onLoop(channel, writer::isIdle)).isTrue();
        assertThat(onLoop(channel, file::released)).isOne();
        assertThat(onLoop(channel, file::waiting)).isZero();
        buffers.close();
    }

    private static byte[] read(DataInputStream received) {
        byte[] block = new byte[BLOCK];
        try {
            received.readFully(block);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return block;
    }

    private static void awaitQuestionToDisk(Channel channel, TestFile file) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (onLoop(channel, file::waiting) == 0) {
            assertThat(System.nanoTime()).as("the disk was not asked").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static <T> T onLoop(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
