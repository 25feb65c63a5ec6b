package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** One end of a connection without a socket: bytes in, bytes out. Everything that it takes out is released. */
final class TestConnection implements AutoCloseable {
    final EmbeddedChannel channel;

    TestConnection(ChannelHandler... handlers) {
        channel = new EmbeddedChannel(handlers);
    }

    /** A peer with Spark's own cipher. */
    static TestConnection spark(AesMode mode, byte[] key) throws Exception {
        TestConnection spark = new TestConnection();
        SparkCiphers.addTo(spark.channel, mode, key);
        return spark;
    }

    /** What the other end receives if this one writes a buffer. */
    byte[] send(byte[] plain) throws IOException {
        channel.writeOutbound(direct(plain));
        return sent();
    }

    /** Writes a buffer, whose fate does not matter. */
    void write(byte[] plain) {
        var unused = channel.writeAndFlush(direct(plain));
    }

    /** Closes the connection. */
    void end() {
        var unused = channel.close();
        channel.runPendingTasks();
    }

    /** What was sent since the last call. */
    byte[] sent() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            take(message, bytes);
        }
        return bytes.toByteArray();
    }

    /** What this end reads if it receives these bytes. */
    byte[] receive(byte[]... pieces) throws IOException {
        for (byte[] piece : pieces) {
            channel.writeOneInbound(direct(piece)).syncUninterruptibly();
        }
        return received();
    }

    /** What was received and passed on since the last call. */
    byte[] received() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            take(message, bytes);
        }
        return bytes.toByteArray();
    }

    /** Receives hostile bytes: the error that is passed on, or null. */
    @Nullable
    Throwable failure(byte[]... pieces) {
        Throwable failure = null;
        for (byte[] piece : pieces) {
            if (failure == null) {
                failure = channel.writeOneInbound(direct(piece)).cause();
            }
        }
        return failure;
    }

    static ByteBuf direct(byte[] bytes) {
        return PooledByteBufAllocator.DEFAULT
                .directBuffer(Math.max(1, bytes.length))
                .writeBytes(bytes);
    }

    static byte[] concat(byte[]... parts) {
        ByteBuf all = Unpooled.wrappedBuffer(parts);
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    private static void take(Object message, ByteArrayOutputStream target) throws IOException {
        if (message instanceof FileRegion region) {
            transfer(region, new ByteArrayChannel(target));
        } else {
            ByteBuf bytes = (ByteBuf) message;
            bytes.readBytes(target, bytes.readableBytes());
            bytes.release();
        }
    }

    /** Writes a whole region, which is released. */
    static void transfer(FileRegion region, WritableByteChannel target) throws IOException {
        // Spark's region for SASL counts plain bytes, and its own may return 0 in between.
        while (region.transferred() < region.count()) {
            region.transferTo(target, region.transferred());
        }
        if (region.refCnt() > 0) {
            region.release();
        }
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }

    /** A channel into memory. */
    private record ByteArrayChannel(ByteArrayOutputStream target) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            target.writeBytes(bytes);
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
