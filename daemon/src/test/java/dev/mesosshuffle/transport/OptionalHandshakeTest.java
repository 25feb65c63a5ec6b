package dev.mesosshuffle.transport;

import static dev.mesosshuffle.transport.HandshakeFixture.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.testing.LogCapture;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients may authenticate, as during a migration. */
class OptionalHandshakeTest {
    private static final String HEARTBEAT = "03 0000000000000009 00000000 0c 'app'";

    private final LogCapture log = LogCapture.of(AuthenticationReporter.class);
    private final HandshakeFixture fixture =
            new HandshakeFixture(ClientAuthentication.Mode.OPTIONAL, new ConnectionProtection.None());

    @AfterEach
    void close() {
        fixture.channel.finishAndReleaseAll();
        assertThat(fixture.openHandshakes).hasValue(0);
        log.close();
    }

    @Test
    void servesAClientThatDoesNotAuthenticateAndSaysSo() {
        fixture.channel.writeInbound(frame(HEARTBEAT));
        fixture.channel.writeInbound(frame("00 0000000000000001 00000000"));
        assertThat(fixture.passed).hasSize(2);
        assertThat(fixture.proofs).isEmpty();
        assertThat(fixture.count("unauthenticatedConnections")).isOne();
        assertThat(fixture.refused()).isZero();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Served a client at embedded that does not authenticate.");
    }

    @Test
    void servesALongFirstRequest() {
        int length = 2 * HandshakeGuard.MAX_FRAME_BYTES;
        fixture.channel.writeInbound(Unpooled.buffer()
                .writeLong(length)
                .writeByte(3)
                .writeLong(7)
                .writeInt(length - 21)
                .writeZero(length - 21));
        assertThat(fixture.passed).hasSize(1);
    }

    /** Those who must authenticate cannot send so long a frame. */
    @ParameterizedTest
    @CsvSource({"4096, 1", "4097, 0"})
    void computesNothingForALongerHandshakeThanThereCanBe(int bytes, int steps) {
        fixture.send("x".repeat(bytes - 1));
        assertThat(fixture.steps).hasSize(steps);
        assertThat(fixture.openHandshakes).hasValue(steps);
        assertThat(fixture.channel.isOpen()).isEqualTo(steps == 1);
        assertThat(fixture.count("refused.malformed")).isEqualTo(1 - steps);
        while (!fixture.steps.isEmpty()) {
            fixture.compute();
        }
    }

    @Test
    void tellsWhoAClientIsThatAuthenticates() {
        assertThat(fixture.ask("app=app-1")).isEqualTo("ok welcome");
        assertThat(fixture.proofs).containsExactly("app-1 false");
        fixture.channel.writeInbound(frame(HEARTBEAT));
        assertThat(fixture.passed).hasSize(1);
        assertThat(fixture.count("unauthenticatedConnections")).isZero();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void refusesAWrongProofAsEver() {
        fixture.ask("wrong=app-1");
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.count("refused.wrongSecret")).isOne();
    }

    @Test
    void refusesARequestOfAClientThatBeganToAuthenticate() {
        fixture.ask("more");
        fixture.channel.writeInbound(frame(HEARTBEAT));
        assertThat(fixture.answer()).isEqualTo("failed " + ProtocolErrors.NOT_AUTHENTICATED);
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.passed).isEmpty();
    }

    @Test
    void letsAConnectionBeIdleAsWithoutAuthentication() {
        fixture.pass(Duration.ofMinutes(1));
        assertThat(fixture.channel.isOpen()).isTrue();
        assertThat(fixture.activity.isUnproven()).isFalse();
    }

    @Test
    void closesAClientThatStopsWithinTheHandshake() {
        fixture.ask("more");
        fixture.pass(Duration.ofSeconds(29));
        assertThat(fixture.channel.isOpen()).isTrue();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.count("refused.timeout")).isOne();
    }
}
