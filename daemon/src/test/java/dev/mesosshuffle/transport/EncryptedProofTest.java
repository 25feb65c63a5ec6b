package dev.mesosshuffle.transport;

import static dev.mesosshuffle.transport.HandshakeFixture.frame;
import static dev.mesosshuffle.transport.HandshakeFixture.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.security.AesMode;
import dev.mesosshuffle.security.AesSession;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.KeyVersion;
import dev.mesosshuffle.security.ProtectionException;
import dev.mesosshuffle.testing.LogCapture;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client whose handshake leads to AES: only its first encrypted bytes show that it knows the secret. */
class EncryptedProofTest {
    private static final byte[] KEY = "a key of 16 byte".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER_KEY = "another of 16 by".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] IV = new byte[16];

    private final LogCapture log = LogCapture.of(AuthenticationReporter.class);
    private final HandshakeFixture fixture = new HandshakeFixture(
            ClientAuthentication.Mode.REQUIRED,
            new ConnectionProtection.Aes(
                    new AesSession(Map.of(KeyVersion.V2, KEY), Set.of(AesMode.CTR), new byte[16], IV)));

    @AfterEach
    void close() {
        fixture.channel.finishAndReleaseAll();
        assertThat(fixture.openHandshakes).as("handshakes that are not closed").hasValue(0);
        log.close();
    }

    @ParameterizedTest
    @CsvSource({"fa, challenge", "fb, keyExchange"})
    void acceptsAClientByItsFirstEncryptedBytes(String tag, String kind) throws Exception {
        handshake(Integer.parseInt(tag, 16));
        assertThat(fixture.proofs).containsExactly("app-1 true");
        assertThat(fixture.count("succeeded." + kind)).isZero();
        assertThat(fixture.activity.isUnproven()).isTrue();

        fixture.channel.writeInbound(encrypted(KEY));

        assertThat(fixture.count("succeeded." + kind)).isOne();
        assertThat(fixture.count("encrypted.aesCtr")).isOne();
        assertThat(fixture.activity.isUnproven()).isFalse();
        assertThat(fixture.passed).hasSize(1);
        assertThat(fixture.proofs).hasSize(1);
        fixture.pass(Duration.ofMinutes(5));
        assertThat(fixture.channel.isOpen()).isTrue();
    }

    @Test
    void closesWhoeverRepeatsAMessageThatWasRecordedAndSaysNothingFurther() {
        handshake(0xfb);
        fixture.pass(Duration.ofSeconds(29));
        assertThat(fixture.channel.isOpen()).isTrue();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.count("succeeded.keyExchange")).isZero();
        assertThat(fixture.count("refused.timeout")).isOne();
    }

    @Test
    void acceptsNobodyWithAnotherKey() throws Exception {
        handshake(0xfb);
        fixture.channel.writeInbound(encrypted(OTHER_KEY));
        assertThat(fixture.failure).isInstanceOf(ProtectionException.class);
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.count("succeeded.keyExchange")).isZero();
        assertThat(fixture.activity.isUnproven()).isTrue();
        assertThat(fixture.passed).isEmpty();
    }

    private void handshake(int tag) {
        fixture.channel.writeInbound(step(tag, 1, "app=app-1"));
        fixture.compute();
        assertThat(fixture.answer()).isEqualTo("ok welcome");
    }

    private static ByteBuf encrypted(byte[] key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(IV));
        ByteBuf heartbeat = frame("03 0000000000000009 00000000 0c 'app'");
        try {
            return Unpooled.wrappedBuffer(cipher.update(ByteBufUtil.getBytes(heartbeat)));
        } finally {
            heartbeat.release();
        }
    }
}
