package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.bytes;
import static dev.mesosshuffle.security.SparkCiphers.key;
import static dev.mesosshuffle.security.TestConnection.concat;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AES/GCM, against Spark's own. */
class GcmCipherTest {
    private static final int HEAD_BYTES = 32;

    private static TestConnection service(KeyVersion version) {
        return new TestConnection(new GcmCipher(key(version)));
    }

    @ParameterizedTest
    @EnumSource
    void talksToSparkWithMessagesOfAnyLength(KeyVersion version) throws Exception {
        IntStream lengths = IntStream.concat(
                IntStream.iterate(1, length -> length <= 70_000, length -> length + 7),
                IntStream.concat(IntStream.rangeClosed(32_729, 32_753), IntStream.of(65_503, 65_504, 65_505, 131_072)));
        byte[] content = bytes(131_072, 6);
        try (TestConnection service = service(version);
                TestConnection spark = TestConnection.spark(AesMode.GCM, key(version))) {
            for (int length : lengths.toArray()) {
                byte[] plain = Arrays.copyOf(content, length);
                assertThat(Arrays.equals(service.receive(spark.send(plain)), plain))
                        .as("received %s", length)
                        .isTrue();
                assertThat(Arrays.equals(spark.receive(service.send(plain)), plain))
                        .as("sent %s", length)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    void decryptsMessagesThatAreSplitAnywhere(int length) throws Exception {
        byte[] plain = bytes(length, 1);
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            byte[] messages = concat(spark.send(plain), spark.send(plain));
            for (int split = 0; split <= messages.length; split++) {
                assertThat(service.receive(
                                Arrays.copyOf(messages, split), Arrays.copyOfRange(messages, split, messages.length)))
                        .isEqualTo(concat(plain, plain));
            }
            byte[][] single = new byte[messages.length][];
            Arrays.setAll(single, i -> new byte[] {messages[i]});
            assertThat(service.receive(single)).isEqualTo(concat(plain, plain));
        }
    }

    @Test
    void tellsFromItsFirstToItsLastByteThatAMessageIsIncomplete() throws Exception {
        GcmCipher cipher = new GcmCipher(key(KeyVersion.V2));
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = new TestConnection(cipher)) {
            byte[] message = spark.send(bytes(10, 1));
            assertThat(cipher.isRecordIncomplete()).isFalse();
            for (int i = 0; i < message.length - 1; i++) {
                service.receive(new byte[] {message[i]});
                assertThat(cipher.isRecordIncomplete()).as("after byte %s", i).isTrue();
            }
            service.receive(new byte[] {message[message.length - 1]});
            assertThat(cipher.isRecordIncomplete()).isFalse();
        }
    }

    @Test
    void decryptsSegmentsThatAreSplit() throws Exception {
        byte[] plain = bytes(100_000, 1);
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V1));
                TestConnection service = service(KeyVersion.V1)) {
            for (int split = 32_700; split < 32_900; split++) {
                byte[] message = spark.send(plain);
                assertThat(Arrays.equals(
                                service.receive(
                                        Arrays.copyOf(message, split),
                                        Arrays.copyOfRange(message, split, message.length)),
                                plain))
                        .isTrue();
            }
        }
    }

    @Test
    void passesOnWhatIsVerifiedAndNoMore() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            byte[] message = spark.send(bytes(40_000, 1));
            int firstSegment = HEAD_BYTES + GcmFormat.SEGMENT_BYTES;
            assertThat(service.receive(Arrays.copyOf(message, firstSegment - 1)))
                    .isEmpty();
            assertThat(service.receive(new byte[] {message[firstSegment - 1]}))
                    .isEqualTo(bytes(GcmFormat.PLAIN_SEGMENT_BYTES, 1));
        }
    }

    @Test
    void closesForAFlippedBitAnywhere() throws Exception {
        byte[] genuine;
        byte[] next;
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2))) {
            genuine = spark.send(bytes(90, 1));
            // A length that became longer is found out when its first segment is there.
            next = spark.send(bytes(40_000, 2));
        }
        for (int position = 0; position < genuine.length; position++) {
            byte[] changed = genuine.clone();
            changed[position] ^= (byte) (1 << (position % 8));
            try (TestConnection service = service(KeyVersion.V2)) {
                assertThat(service.failure(changed, next))
                        .as("byte %s", position)
                        .isInstanceOf(ProtectionException.class);
                assertThat(service.channel.isOpen()).isFalse();
                assertThat(service.received()).isEmpty();
            }
        }
        try (TestConnection service = service(KeyVersion.V2)) {
            assertThat(service.receive(genuine, next)).hasSize(40_090);
        }
    }

    @Test
    void closesForAFlippedBitInALaterSegment() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            byte[] message = spark.send(bytes(70_000, 1));
            message[message.length - 1] ^= 1;
            assertThat(service.failure(message))
                    .isInstanceOf(ProtectionException.class)
                    .hasMessage("an AES/GCM message of " + message.length
                            + " bytes is not genuine: it was changed on its way, or its sender uses another key");
            assertThat(service.received()).isEmpty();
            assertThat(service.channel.isOpen()).isFalse();
        }
    }

    @Test
    void closesForSegmentsInAnotherOrder() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            byte[] message = spark.send(bytes(3 * GcmFormat.PLAIN_SEGMENT_BYTES, 1));
            byte[] swapped = message.clone();
            int segment = GcmFormat.SEGMENT_BYTES;
            System.arraycopy(message, HEAD_BYTES, swapped, HEAD_BYTES + segment, segment);
            System.arraycopy(message, HEAD_BYTES + segment, swapped, HEAD_BYTES, segment);
            assertThat(service.failure(swapped)).isInstanceOf(ProtectionException.class);
        }
    }

    @Test
    void closesForTheOtherKey() throws Exception {
        byte[] other = bytes(16, 99);
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, other);
                TestConnection service = service(KeyVersion.V2)) {
            assertThat(service.failure(spark.send(bytes(10, 1)))).isInstanceOf(ProtectionException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                Long.MIN_VALUE,
                -1,
                0,
                7,
                8,
                HEAD_BYTES - 1,
                HEAD_BYTES + 1,
                HEAD_BYTES + 15,
                HEAD_BYTES + GcmFormat.SEGMENT_BYTES + 15,
                GcmFormat.MAX_MESSAGE_BYTES + 1,
                Long.MAX_VALUE
            })
    void closesForAnImpossibleLength(long length) {
        byte[] head =
                ByteBuffer.allocate(HEAD_BYTES).putLong(length).put((byte) 24).array();
        try (TestConnection service = service(KeyVersion.V2)) {
            assertThat(service.failure(head))
                    .isInstanceOf(ProtectionException.class)
                    .hasMessageStartingWith(
                            "an AES/GCM message has a length of " + length + " bytes (expected: 32 to ");
            assertThat(service.channel.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {HEAD_BYTES, HEAD_BYTES + 16, HEAD_BYTES + GcmFormat.SEGMENT_BYTES, Integer.MAX_VALUE})
    void allocatesNothingForAPossibleLength(long length) {
        byte[] head =
                ByteBuffer.allocate(HEAD_BYTES).putLong(length).put((byte) 24).array();
        try (TestConnection service = service(KeyVersion.V2)) {
            assertThat(service.failure(head)).isNull();
            assertThat(service.channel.isOpen()).isTrue();
        }
    }

    @Test
    void closesForAHeaderOfTheOtherVersion() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V1));
                TestConnection service = service(KeyVersion.V2)) {
            assertThat(service.failure(spark.send(bytes(10, 1))))
                    .hasMessage("an AES/GCM message has a header of 40 bytes (expected: 24)");
        }
    }

    /** As Spark writes an empty buffer: a head and nothing else. */
    @Test
    void acceptsAMessageWithoutContent() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            byte[] empty = ByteBuffer.allocate(HEAD_BYTES)
                    .putLong(HEAD_BYTES)
                    .put((byte) 24)
                    .array();
            assertThat(service.receive(concat(empty, spark.send(new byte[] {7}), empty)))
                    .containsExactly(7);
        }
    }

    @Test
    void decryptsRecordedBytes() throws Exception {
        try (TestConnection service = service(KeyVersion.V2)) {
            assertThat(service.receive(HexFormat.of().parseHex(RECORDED))).isEqualTo(new byte[] {1, 2, 3, 4, 5});
        }
    }

    /** Five bytes, encrypted by Spark 3.5.9. */
    private static final String RECORDED = "000000000000003518"
            + "69a6f8bbf10b3be275e390e4ff75ff3287470f8bc5a8c5"
            + "e560cadddbd28f69fc1a7cb6e9f5b1ebf604dfdfa5";

    @Test
    void neverRepeatsASalt() throws Exception {
        Set<String> salts = new HashSet<>();
        try (TestConnection service = service(KeyVersion.V2)) {
            for (int i = 0; i < 10_000; i++) {
                byte[] message = service.send(new byte[] {1});
                salts.add(HexFormat.of().formatHex(message, 9, HEAD_BYTES));
            }
        }
        assertThat(salts).hasSize(10_000);
    }

    @Test
    void completesAPromiseWithTheLastByteOfItsMessage() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            ByteBuf first = TestConnection.direct(bytes(100_000, 1)).retain();
            ChannelFuture firstWritten = service.channel.write(first);
            ChannelFuture secondWritten = service.channel.write(TestConnection.direct(bytes(5, 2)));
            assertThat(firstWritten.isDone()).isFalse();
            service.channel.flush();
            assertThat(firstWritten.isSuccess() && secondWritten.isSuccess()).isTrue();
            assertThat(spark.receive(service.sent())).isEqualTo(concat(bytes(100_000, 1), bytes(5, 2)));
            // As when a buffer returns to its pool.
            assertThat(first.refCnt()).isOne();
            first.release();
        }
    }

    @Test
    void sendsNoMessageWithoutContent() throws Exception {
        try (TestConnection service = service(KeyVersion.V2)) {
            ChannelFuture written = service.channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
            assertThat(written.isSuccess()).isTrue();
            assertThat(service.sent()).isEmpty();
        }
    }

    @Test
    void refusesToSendAFileInClear() throws Exception {
        try (TestConnection service = service(KeyVersion.V2)) {
            DefaultFileRegion region = new DefaultFileRegion(new File("/dev/null"), 0, 1);
            ChannelFuture written = service.channel.writeAndFlush(region);
            assertThat(written.cause()).isInstanceOf(IllegalStateException.class);
            assertThat(region.refCnt()).isZero();
            assertThat(service.sent()).isEmpty();
        }
    }

    @Test
    void releasesEverythingAtTheEnd() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.GCM, key(KeyVersion.V2));
                TestConnection service = service(KeyVersion.V2)) {
            byte[] message = spark.send(bytes(100, 1));
            service.receive(Arrays.copyOf(message, 50));
            ByteBuf unsent = TestConnection.direct(bytes(40_000, 1));
            ChannelFuture written = service.channel.write(unsent);
            service.end();
            assertThat(written.isSuccess()).isFalse();
            assertThat(unsent.refCnt()).isZero();
            ByteBuf late = TestConnection.direct(bytes(40_000, 1));
            assertThat(service.channel.writeAndFlush(late).isSuccess()).isFalse();
            assertThat(late.refCnt()).isZero();
        }
    }
}
