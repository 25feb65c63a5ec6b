package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of the memory for buffers replies may take. */
class ReplyBufferShareTest {
    @ParameterizedTest
    @CsvSource({
        "OFF, false, 500",
        "OFF, true, 250",
        "OPTIONAL, false, 250",
        "OPTIONAL, true, 250",
        "REQUIRED, false, 250",
        "REQUIRED, true, 250"
    })
    void leavesRoomForEncryptedCopiesWhereverConnectionsCanBeEncrypted(
            ClientAuthentication.Mode mode, boolean tls, long bytes) {
        assertThat(ShuffleServer.replyBufferBytes(1000, mode, tls)).isEqualTo(bytes);
    }
}
