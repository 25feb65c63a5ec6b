package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Whatever bytes arrive, in whatever pieces: what is no genuine message ends the connection, and nothing of it is passed on. */
class GcmCipherFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void passesNothingOnThatIsNotGenuine(FuzzedDataProvider data) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, false);
        try (GcmDecryptor decryptor = new GcmDecryptor(SparkCiphers.key(data.pickValue(KeyVersion.values())))) {
            while (data.remainingBytes() > 0) {
                ByteBuf received = Unpooled.wrappedBuffer(data.consumeBytes(data.consumeInt(1, 512)));
                ByteBuf plain = decryptor.decrypt(allocator, received);
                // Messages without content are none.
                assertThat(plain).isNull();
                assertThat(received.isReadable()).isFalse();
                assertThat(memory(allocator)).isLessThanOrEqualTo(2L * GcmFormat.SEGMENT_BYTES);
            }
        } catch (ProtectionException e) {
            assertThat(e).hasMessageNotContaining("Exception").hasMessageStartingWith("an AES/GCM message ");
        }
        assertThat(memory(allocator)).isZero();
    }

    private static long memory(UnpooledByteBufAllocator allocator) {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }
}
