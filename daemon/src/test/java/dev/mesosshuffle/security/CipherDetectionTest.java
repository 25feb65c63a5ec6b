package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.RECEIVE_IV;
import static dev.mesosshuffle.security.SparkCiphers.SEND_IV;
import static dev.mesosshuffle.security.SparkCiphers.key;
import static dev.mesosshuffle.security.TestConnection.concat;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which cipher a client uses, from its first bytes alone. */
class CipherDetectionTest {
    private static final Set<AesMode> ALL_MODES = EnumSet.allOf(AesMode.class);
    private static final Set<KeyVersion> ALL_KEYS = EnumSet.allOf(KeyVersion.class);

    /** A request of 21 bytes and an 8-byte body. */
    private static final byte[] FRAME =
            HexFormat.of().parseHex("000000000000001d03000000000000000100000008f00a0b0c0d0e0f01");

    /** The beginning of a TLS record with content. */
    private static final byte[] TLS = HexFormat.of().parseHex("17030300450102030405060708090a0b0c");

    private final List<DetectedCipher> detected = new ArrayList<>();

    private TestConnection service(Set<AesMode> modes, Set<KeyVersion> versions, boolean tlsInside) {
        Map<KeyVersion, byte[]> keys = new EnumMap<>(KeyVersion.class);
        versions.forEach(version -> keys.put(version, key(version)));
        return new TestConnection(new CipherDetection(
                new AesSession(keys, modes, SEND_IV, RECEIVE_IV),
                tlsInside,
                (mode, version) -> detected.add(new DetectedCipher(mode, version))));
    }

    private TestConnection anyService() {
        return service(ALL_MODES, ALL_KEYS, false);
    }

    @ParameterizedTest
    @CsvSource({"CTR, V1", "CTR, V2", "GCM, V1", "GCM, V2"})
    void detectsEachCipherHoweverItsFirstBytesArrive(AesMode mode, KeyVersion version) throws Exception {
        for (int split = 0; split <= 20; split++) {
            detected.clear();
            try (TestConnection spark = TestConnection.spark(mode, key(version));
                    TestConnection service = anyService()) {
                byte[] sent = spark.send(FRAME);
                assertThat(service.receive(Arrays.copyOf(sent, split), Arrays.copyOfRange(sent, split, sent.length)))
                        .isEqualTo(FRAME);
                assertThat(service.receive(spark.send(FRAME))).isEqualTo(FRAME);
                assertThat(spark.receive(service.send(FRAME))).isEqualTo(FRAME);
                assertThat(detected).containsExactly(new DetectedCipher(mode, version));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"CTR, V1", "CTR, V2", "GCM, V1", "GCM, V2"})
    void detectsEachCipherByteByByte(AesMode mode, KeyVersion version) throws Exception {
        try (TestConnection spark = TestConnection.spark(mode, key(version));
                TestConnection service = anyService()) {
            byte[] sent = spark.send(FRAME);
            byte[][] single = new byte[sent.length][];
            Arrays.setAll(single, i -> new byte[] {sent[i]});
            assertThat(service.receive(single)).isEqualTo(FRAME);
            assertThat(detected).containsExactly(new DetectedCipher(mode, version));
        }
    }

    @ParameterizedTest
    @CsvSource({"CTR, V1", "CTR, V2", "GCM, V1", "GCM, V2"})
    void detectsEachCipherAroundTls(AesMode mode, KeyVersion version) throws Exception {
        try (TestConnection spark = TestConnection.spark(mode, key(version));
                TestConnection service = service(ALL_MODES, ALL_KEYS, true)) {
            assertThat(service.receive(spark.send(TLS))).isEqualTo(TLS);
            assertThat(detected).containsExactly(new DetectedCipher(mode, version));
        }
    }

    @ParameterizedTest
    @CsvSource({"CTR, V1", "CTR, V2", "GCM, V1", "GCM, V2"})
    void detectsACipherThatAloneIsAdmitted(AesMode mode, KeyVersion version) throws Exception {
        try (TestConnection spark = TestConnection.spark(mode, key(version));
                TestConnection service = service(EnumSet.of(mode), EnumSet.of(version), false)) {
            assertThat(service.receive(spark.send(FRAME))).isEqualTo(FRAME);
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesAModeThatIsNotAdmitted(KeyVersion version) throws Exception {
        assertThat(failure(AesMode.GCM, version, EnumSet.of(AesMode.CTR), ALL_KEYS))
                .isEqualTo("the client uses AES/GCM, which is not admitted (expected: AES/CTR):"
                        + " check spark.network.crypto.cipher of both sides");
        assertThat(failure(AesMode.CTR, version, EnumSet.of(AesMode.GCM), ALL_KEYS))
                .isEqualTo("the client uses AES/CTR, which is not admitted (expected: AES/GCM):"
                        + " check spark.network.crypto.cipher of both sides");
    }

    @Test
    void namesAKeyThatIsNotAdmitted() throws Exception {
        assertThat(failure(AesMode.GCM, KeyVersion.V1, ALL_MODES, EnumSet.of(KeyVersion.V2)))
                .isEqualTo("the client uses a key of version V1, which is not admitted (expected: V2):"
                        + " check spark.network.crypto.authEngineVersion of both sides");
        assertThat(failure(AesMode.GCM, KeyVersion.V2, ALL_MODES, EnumSet.of(KeyVersion.V1)))
                .contains("version V2, which is not admitted (expected: V1)");
        // Without the key nobody can tell what this is.
        assertThat(failure(AesMode.CTR, KeyVersion.V1, ALL_MODES, EnumSet.of(KeyVersion.V2)))
                .isEqualTo(
                        "the client's first bytes fit no cipher that is admitted (expected: AES/CTR or GCM with a key of"
                                + " version V2): check spark.network.crypto.cipher and spark.network.crypto.authEngineVersion of"
                                + " both sides");
    }

    private String failure(AesMode mode, KeyVersion version, Set<AesMode> modes, Set<KeyVersion> versions)
            throws Exception {
        try (TestConnection spark = TestConnection.spark(mode, key(version));
                TestConnection service = service(modes, versions, false)) {
            Throwable failure = service.failure(spark.send(FRAME));
            assertThat(failure).isInstanceOf(ProtectionException.class);
            assertThat(failure.getStackTrace()).isEmpty();
            assertThat(service.channel.isOpen()).isFalse();
            assertThat(service.received()).isEmpty();
            assertThat(detected).isEmpty();
            return String.valueOf(failure.getMessage());
        }
    }

    @Test
    void closesForPlainText() {
        try (TestConnection service = anyService()) {
            assertThat(service.failure(FRAME)).isInstanceOf(ProtectionException.class);
        }
    }

    @Test
    void takesNoFrameForTlsAndNoTlsForAFrame() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1));
                TestConnection tlsService = service(ALL_MODES, ALL_KEYS, true)) {
            assertThat(tlsService.failure(spark.send(FRAME))).isInstanceOf(ProtectionException.class);
        }
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1));
                TestConnection service = anyService()) {
            assertThat(service.failure(spark.send(TLS))).isInstanceOf(ProtectionException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000000008, false",
        "0000000000000009, true",
        "000000007fffffff, true",
        "0000000080000000, false",
        "ffffffffffffffff, false"
    })
    void takesOnlyPossibleLengthsForFrames(String length, boolean possible) throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1));
                TestConnection service = service(ALL_MODES, EnumSet.of(KeyVersion.V1), false)) {
            byte[] start = concat(HexFormat.of().parseHex(length), new byte[] {3});
            assertThat(service.failure(spark.send(start)) == null).isEqualTo(possible);
        }
    }

    @ParameterizedTest
    @CsvSource({"CTR, V2", "GCM, V1"})
    void keepsWhatIsWrittenBeforeInOrder(AesMode mode, KeyVersion version) throws Exception {
        try (TestConnection spark = TestConnection.spark(mode, key(version));
                TestConnection service = anyService()) {
            ChannelFuture first = service.channel.write(TestConnection.direct(new byte[] {1, 2, 3}));
            ChannelFuture second = service.channel.writeAndFlush(TestConnection.direct(new byte[] {4}));
            byte[] sent = spark.send(FRAME);
            service.receive(Arrays.copyOf(sent, 8));
            assertThat(service.sent()).isEmpty();
            assertThat(first.isDone()).isFalse();
            service.receive(Arrays.copyOfRange(sent, 8, sent.length));
            assertThat(first.isSuccess() && second.isSuccess()).isTrue();
            assertThat(spark.receive(service.sent())).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void releasesWhatWaitsIfTheListenerFails() throws Exception {
        Map<KeyVersion, byte[]> keys = new EnumMap<>(Map.of(KeyVersion.V1, key(KeyVersion.V1)));
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1));
                TestConnection service = new TestConnection(new CipherDetection(
                        new AesSession(keys, ALL_MODES, SEND_IV, RECEIVE_IV), false, (mode, version) -> {
                            throw new OutOfMemoryError("for a test");
                        }))) {
            ByteBuf waiting = TestConnection.direct(new byte[100]);
            ChannelFuture written = service.channel.writeAndFlush(waiting);
            ByteBuf received = TestConnection.direct(spark.send(FRAME));
            ByteBuf late = TestConnection.direct(new byte[] {1});
            assertThat(service.channel.writeOneInbound(received).cause()).isInstanceOf(OutOfMemoryError.class);
            var unused = service.channel.writeOneInbound(late);
            assertThat(received.refCnt()).isZero();
            assertThat(late.refCnt()).isZero();
            service.end();
            assertThat(written.isSuccess()).isFalse();
            assertThat(waiting.refCnt()).isZero();
        }
    }

    @Test
    void failsTheRestOfWhatWaitsIfOneCannotBeEncrypted() throws Exception {
        try (TestConnection spark = TestConnection.spark(AesMode.CTR, key(KeyVersion.V1));
                TestConnection service = anyService()) {
            DefaultFileRegion region = new DefaultFileRegion(new File("/dev/null"), 0, 1);
            ByteBuf waiting = TestConnection.direct(new byte[100]);
            ChannelFuture refused = service.channel.write(region);
            ChannelFuture written = service.channel.writeAndFlush(waiting);
            ByteBuf received = TestConnection.direct(spark.send(FRAME));
            var unused = service.channel.writeOneInbound(received);
            assertThat(refused.isDone() && !refused.isSuccess()).isTrue();
            assertThat(written.isDone() && !written.isSuccess()).isTrue();
            assertThat(region.refCnt()).isZero();
            assertThat(waiting.refCnt()).isZero();
            assertThat(received.refCnt()).isZero();
        }
    }

    @Test
    void releasesWhatWaitsAtTheEnd() throws Exception {
        try (TestConnection service = anyService()) {
            service.receive(new byte[] {1, 2, 3});
            ByteBuf waiting = TestConnection.direct(new byte[100]);
            ChannelFuture written = service.channel.writeAndFlush(waiting);
            service.end();
            assertThat(written.cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(waiting.refCnt()).isZero();
        }
    }
}
