package dev.mesosshuffle.benchmark.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireCodecTest {
    private static final byte[] KEY = new byte[32];
    private static final SessionKeys KEYS = new SessionKeys(KEY, new byte[16], new byte[16]);

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 100", "4096, 32752", "32768, 32753", "65536, 200000"})
    void shouldDecodeWhatItEncodedWhereverTheBytesAreCut(int piece, int length) throws Exception {
        byte[] content = new byte[length];
        new Random(1).nextBytes(content);

        assertThat(throughWire(new CtrCodec(KEYS), new CtrCodec(KEYS), content, piece))
                .isEqualTo(twice(content));
        assertThat(throughWire(gcm(), gcm(), content, piece)).isEqualTo(twice(content));
    }

    @Test
    void shouldNotPassOnAChangedMessageOfGcm() throws Exception {
        ByteBuffer wire = gcm().encode(ByteBuffer.wrap(new byte[100]));
        wire.put(wire.limit() - 1, (byte) ~wire.get(wire.limit() - 1));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> gcm().decode(wire, plain -> assertThat(plain).isNull()))
                .withMessageContaining("not genuine");
    }

    /** Two messages, received in pieces. */
    private static byte[] throughWire(WireCodec sender, WireCodec receiver, byte[] content, int piece)
            throws IOException {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (int i = 0; i < 2; i++) {
            wire.writeBytes(bytes(sender.encode(ByteBuffer.wrap(content))));
        }
        byte[] sent = wire.toByteArray();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (int from = 0; from < sent.length; from += piece) {
            receiver.decode(
                    ByteBuffer.wrap(sent, from, Math.min(piece, sent.length - from)),
                    plain -> received.writeBytes(bytes(plain)));
        }
        return received.toByteArray();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] twice(byte[] content) {
        return ByteBuffer.allocate(2 * content.length).put(content).put(content).array();
    }

    private static GcmCodec gcm() throws GeneralSecurityException {
        return new GcmCodec(KEYS, new SecureRandom());
    }
}
