package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One AES/GCM message of 200 MB is decrypted as it arrives, within little memory. */
class GcmStreamTest {
    private static final long MESSAGE_BYTES = 200L * 1024 * 1024;
    private static final int READ_BYTES = 60_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, false);
    private final GcmDecryptor decryptor = new GcmDecryptor(key(KeyVersion.V2));

    @Test
    void decryptsAHugeMessageWithinLittleMemory(@TempDir Path dir) throws Exception {
        File file = dir.resolve("huge").toFile();
        try (RandomAccessFile sparse = new RandomAccessFile(file, "rw")) {
            sparse.setLength(MESSAGE_BYTES);
        }
        DecryptingChannel target = new DecryptingChannel();
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2))) {
            spark.channel.writeOutbound(new DefaultFileRegion(file, 0, MESSAGE_BYTES));
            FileRegion encrypted = spark.channel.readOutbound();
            TestConnection.transfer(encrypted, target);
        }
        decryptor.close();
        assertThat(target.plainBytes).isEqualTo(MESSAGE_BYTES);
        assertThat(target.mostMemory).isLessThanOrEqualTo(4L * GcmFormat.SEGMENT_BYTES);
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    /** Decrypts what is written to it, and counts. */
    private final class DecryptingChannel implements WritableByteChannel {
        private long plainBytes;
        private long mostMemory;

        @Override
        public int write(ByteBuffer source) throws IOException {
            int length = Math.min(READ_BYTES, source.remaining());
            ByteBuf received = Unpooled.wrappedBuffer(source.slice(source.position(), length));
            ByteBuf plain = decryptor.decrypt(allocator, received);
            mostMemory = Math.max(
                    mostMemory,
                    allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory());
            if (plain != null) {
                plainBytes += plain.readableBytes();
                plain.release();
            }
            source.position(source.position() + length);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
