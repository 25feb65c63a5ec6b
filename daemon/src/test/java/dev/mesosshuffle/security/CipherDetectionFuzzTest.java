package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whatever bytes arrive, in whatever pieces: only what is admitted is detected, and otherwise the connection ends. */
class CipherDetectionFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void detectsOnlyWhatIsAdmitted(FuzzedDataProvider data) {
        Set<AesMode> modes =
                data.consumeBoolean() ? EnumSet.allOf(AesMode.class) : EnumSet.of(data.pickValue(AesMode.values()));
        Map<KeyVersion, byte[]> keys = new EnumMap<>(KeyVersion.class);
        KeyVersion first = data.pickValue(KeyVersion.values());
        keys.put(first, SparkCiphers.key(first));
        if (data.consumeBoolean()) {
            KeyVersion second = data.pickValue(KeyVersion.values());
            keys.put(second, SparkCiphers.key(second));
        }
        List<DetectedCipher> detected = new ArrayList<>();
        AesSession session = new AesSession(keys, modes, SparkCiphers.SEND_IV, SparkCiphers.RECEIVE_IV);
        try (TestConnection service = new TestConnection(new CipherDetection(
                session, data.consumeBoolean(), (mode, version) -> detected.add(new DetectedCipher(mode, version))))) {
            Throwable failure = null;
            int sent = 0;
            while (failure == null && data.remainingBytes() > 0) {
                byte[] piece = data.consumeBytes(data.consumeInt(1, 12));
                sent += piece.length;
                failure = service.failure(piece);
            }
            check(failure, service);
            assertThat(detected)
                    .hasSizeLessThanOrEqualTo(1)
                    .allMatch(its -> modes.contains(its.mode()) && keys.containsKey(its.version()));
            assertThat(detected.isEmpty() && failure == null).isEqualTo(sent < CipherIdentification.NEEDED_BYTES);
        }
    }

    private static void check(@Nullable Throwable failure, TestConnection service) {
        if (failure != null) {
            assertThat(failure).isInstanceOf(ProtectionException.class).hasMessageNotContaining("Exception");
        }
        assertThat(service.channel.isOpen()).isEqualTo(failure == null);
    }
}
