package dev.mesosshuffle.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes that the service's decoder is tested with, too. */
final class DriverMessagesTest {
    private final DriverMessages messages = new DriverMessages("app", 120_000);

    @Test
    void registersWithTheTimeoutAndTheByteThatAnnouncesAReturn() {
        assertThat(hex(messages.registration())).isEqualTo("04" + "00000003617070" + "000000000001d4c0" + "01");
    }

    @Test
    void sendsHeartbeatsWithNothingButTheId() {
        assertThat(hex(messages.heartbeat())).isEqualTo("05" + "00000003617070");
    }

    @Test
    void countsTheBytesOfAnIdAndNotItsCharacters() {
        assertThat(hex(new DriverMessages("ä", 1).heartbeat())).isEqualTo("05" + "00000002c3a4");
    }

    @Test
    void givesEachCallerABufferOfItsOwn() {
        messages.heartbeat().get();
        assertThat(messages.heartbeat().remaining()).isEqualTo(8);
    }

    private static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
