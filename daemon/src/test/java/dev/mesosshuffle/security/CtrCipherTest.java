package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.RECEIVE_IV;
import static dev.mesosshuffle.security.SparkCiphers.SEND_IV;
import static dev.mesosshuffle.security.SparkCiphers.bytes;
import static dev.mesosshuffle.security.SparkCiphers.key;
import static dev.mesosshuffle.security.TestConnection.concat;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** AES/CTR, against Spark's own. */
class CtrCipherTest {
    private final TestConnection service = new TestConnection(new CtrCipher(key(KeyVersion.V1), SEND_IV, RECEIVE_IV));

    @AfterEach
    void close() {
        service.close();
    }

    @ParameterizedTest
    @EnumSource
    void talksToSpark(KeyVersion version) throws Exception {
        TestConnection ours = new TestConnection(new CtrCipher(key(version), SEND_IV, RECEIVE_IV));
        TestConnection spark = TestConnection.spark(AesMode.CTR, key(version));
        try (ours;
                spark) {
            for (int length : new int[] {1, 15, 16, 17, 1000, 16383, 16384, 16385, 32768, 131072, 300_001}) {
                byte[] plain = bytes(length, length);
                assertThat(ours.receive(spark.send(plain))).isEqualTo(plain);
                assertThat(spark.receive(ours.send(plain))).isEqualTo(plain);
            }
        }
    }

    @Test
    void continuesOneKeyStreamFromPieceToPiece() throws Exception {
        byte[] plain = bytes(40_000, 5);
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1))) {
            byte[] encrypted = spark.send(plain);
            byte[] decrypted = service.receive(
                    Arrays.copyOfRange(encrypted, 0, 1),
                    new byte[0],
                    Arrays.copyOfRange(encrypted, 1, 20_000),
                    Arrays.copyOfRange(encrypted, 20_000, encrypted.length));
            assertThat(decrypted).isEqualTo(plain);
        }
    }

    @Test
    void encryptsToTheKnownBytes() throws Exception {
        assertThat(HexFormat.of().formatHex(service.send(new byte[] {1, 2, 3, 4})))
                .isEqualTo(GOLDEN);
    }

    private static final String GOLDEN = "b97829e0";

    @Test
    void encryptsInPlaceAndInOrder() throws Exception {
        ByteBuf first = TestConnection.direct(bytes(100, 1)).retain();
        ByteBuf second = TestConnection.direct(bytes(200, 2));
        ChannelFuture firstWritten = service.channel.write(first);
        ChannelFuture secondWritten = service.channel.write(second);
        assertThat(firstWritten.isDone()).isFalse();
        service.channel.flush();
        assertThat(firstWritten.isSuccess()).isTrue();
        assertThat(secondWritten.isSuccess()).isTrue();
        ByteBuf sent = service.channel.readOutbound();
        assertThat(sent).isSameAs(first);
        sent.release();
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1))) {
            byte[] head = new byte[100];
            first.readBytes(head);
            assertThat(spark.receive(head, service.sent())).isEqualTo(concat(bytes(100, 1), bytes(200, 2)));
        }
        first.release();
    }

    @Test
    void leavesReadOnlyBytesAlone() throws Exception {
        byte[] shared = bytes(50, 1);
        service.channel.writeOutbound(Unpooled.wrappedBuffer(shared).asReadOnly());
        assertThat(service.sent()).isNotEqualTo(bytes(50, 1));
        assertThat(shared).isEqualTo(bytes(50, 1));
    }

    @Test
    void refusesToSendAFileInClear() {
        DefaultFileRegion region = new DefaultFileRegion(new File("/dev/null"), 0, 1);
        ChannelFuture written = service.channel.writeAndFlush(region);
        assertThat(written.cause()).isInstanceOf(IllegalStateException.class).hasMessageContaining("DefaultFileRegion");
        assertThat(region.refCnt()).isZero();
        assertThat(service.channel.<Object>readOutbound()).isNull();
    }

    @Test
    void releasesWhatIsWrittenAfterTheEnd() {
        service.end();
        ByteBuf late = TestConnection.direct(bytes(10, 1));
        assertThat(service.channel.writeAndFlush(late).isSuccess()).isFalse();
        assertThat(late.refCnt()).isZero();
    }
}
