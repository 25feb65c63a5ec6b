package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.CHALLENGE_2_4_8;
import static dev.mesosshuffle.security.HandshakeFixtures.KEY_EXCHANGE_3_5_9;
import static dev.mesosshuffle.security.HandshakeFixtures.SASL_START;
import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.everything;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.security.GeneralSecurityException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** Whatever a client sends, and in whatever order, it gets an answer, and does not pass for an application. */
class HandshakeFuzzTest {
    private static final List<String> MESSAGES = List.of(SASL_START, CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9, "");

    private static HandshakeFactory factory;

    @BeforeAll
    static void create() throws GeneralSecurityException {
        // Not the secret of the messages.
        factory = new HandshakeFactory(everything(), id -> ApplicationSecret.ofText("0123456789abcdef"));
    }

    @FuzzTest(maxDuration = "30s")
    void answersEveryMessage(FuzzedDataProvider data) {
        try (ServerHandshake handshake = factory.newHandshake()) {
            boolean isOver = false;
            int messages = data.consumeInt(1, 4);
            for (int i = 0; i < messages; i++) {
                HandshakeOutcome outcome = handshake.answer(message(data));

                if (outcome instanceof HandshakeOutcome.Continued) {
                    assertThat(isOver).isFalse();
                } else {
                    assertThat(outcome).isInstanceOf(HandshakeOutcome.Refused.class);
                    HandshakeOutcome.Refused refused = (HandshakeOutcome.Refused) outcome;
                    assertThat(refused.error()).startsWith("java.").hasSizeLessThan(2000);
                    assertThat(isOver && refused.mayRetry()).isFalse();
                    isOver |= !refused.mayRetry();
                }
            }
        }
    }

    private static byte[] message(FuzzedDataProvider data) {
        byte[] message = bytes(data.pickValue(MESSAGES));
        if (message.length == 0) {
            return data.consumeBytes(300);
        }
        int changes = data.consumeInt(0, 8);
        for (int i = 0; i < changes; i++) {
            message[data.consumeInt(0, message.length - 1)] = data.consumeByte();
        }
        return message;
    }
}
