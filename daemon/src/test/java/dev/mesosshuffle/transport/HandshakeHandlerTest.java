package dev.mesosshuffle.transport;

import static dev.mesosshuffle.transport.HandshakeFixture.frame;
import static dev.mesosshuffle.transport.HandshakeFixture.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.protocol.HandshakeMessage;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.security.AesMode;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.RefusalReason;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ScriptedHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.TooLongFrameException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients must authenticate. */
class HandshakeHandlerTest {
    private static final String HEARTBEAT = "03 0000000000000009 00000000 0c 'app'";

    private final LogCapture log = LogCapture.of(AuthenticationReporter.class);
    private final HandshakeFixture fixture =
            new HandshakeFixture(ClientAuthentication.Mode.REQUIRED, new ConnectionProtection.None());

    @AfterEach
    void close() {
        fixture.channel.finishAndReleaseAll();
        while (!fixture.steps.isEmpty()) {
            fixture.steps.remove().run();
        }
        fixture.channel.runPendingTasks();
        assertThat(fixture.openHandshakes).as("handshakes that are not closed").hasValue(0);
        assertThat(fixture.count("pendingHandshakes")).isZero();
        log.close();
    }

    @Test
    void passesRequestsOnceTheClientHasProvedWhoItIs() {
        assertThat(fixture.ask("more")).isEqualTo("ok go on");
        assertThat(fixture.proofs).isEmpty();
        assertThat(fixture.ask("app=app-1")).isEqualTo("ok welcome");
        assertThat(fixture.proofs).containsExactly("app-1 false");
        fixture.channel.writeInbound(frame(HEARTBEAT));
        assertThat(fixture.passed).singleElement().asString().startsWith("030000000000000009");
        assertThat(fixture.count("succeeded.sasl")).isOne();
        assertThat(fixture.refused()).isZero();
    }

    @Test
    void passesALongFrameOnlyAfterTheProof() {
        fixture.ask("app=app-1");
        fixture.channel.writeInbound(longFrame(HandshakeGuard.MAX_FRAME_BYTES + 1));
        assertThat(fixture.passed).hasSize(1);
    }

    @Test
    void answersALongRequestBeforeTheProofWithWhatIsMissingAndCloses() {
        fixture.channel.writeInbound(longFrame(HandshakeGuard.MAX_FRAME_BYTES + 1));
        assertThat(fixture.answer()).isEqualTo("failed " + ProtocolErrors.NOT_AUTHENTICATED);
        assertRefused("noHandshake");
    }

    @Test
    void acceptsAHandshakesFrameOfTheLimit() {
        int body = HandshakeGuard.MAX_FRAME_BYTES - 22;
        fixture.send("app=" + "x".repeat(body - 4));
        fixture.compute();
        assertThat(fixture.proofs).hasSize(1);
    }

    @Test
    void closesAtALongFrameOfAnotherKindBeforeItIsBuffered() {
        fixture.channel.writeInbound(
                Unpooled.buffer().writeLong(HandshakeGuard.MAX_FRAME_BYTES + 1).writeByte(10));
        assertThat(fixture.failure).isInstanceOf(TooLongFrameException.class);
        assertThat(fixture.channel.isOpen()).isFalse();
    }

    private static ByteBuf longFrame(int length) {
        return Unpooled.buffer()
                .writeLong(length)
                .writeByte(3)
                .writeLong(7)
                .writeInt(length - 21)
                .writeZero(length - 21);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                HEARTBEAT,
                "03 0000000000000009 00000000 00 'app' '7' 00000001 'shuffle_0_0_0'",
                "03 0000000000000009 00000000",
                "03 0000000000000009 00000000 fc 'app'"
            })
    void answersARequestBeforeTheProofWithSparksTextAndCloses(String request) {
        fixture.channel.writeInbound(frame(request));
        assertThat(fixture.answer()).isEqualTo("failed " + ProtocolErrors.NOT_AUTHENTICATED);
        assertRefused("noHandshake");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 0000000000000001 00000000",
                "06 '1_0'",
                "09 00000000 0c 'app'",
                "09 00000000 ea 'app'",
                "0a 0000000000000001 'x' 0000000000000001",
                "0b 0000000000000001 'app' 00000000 00000000 00000000",
                "04 0000000000000001 00000000",
                "63",
                "03 00"
            })
    void closesAtEveryOtherFrameBeforeTheProof(String request) {
        fixture.channel.writeInbound(frame(request));
        assertThat(fixture.answer()).isNull();
        assertRefused("noHandshake");
    }

    @Test
    void showsOperatorsWhoWasRefusedAndNoneWhoTriesAnotherHandshake() {
        fixture.channel.writeInbound(frame(HEARTBEAT));
        assertThat(fixture.events.newestFirst()).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(EventKind.AUTHENTICATION);
            assertThat(event.subject()).isEmpty();
            assertThat(event.text()).startsWith("client at embedded").endsWith("the client does not authenticate");
        });
        fixture.reporter.refused("/10.0.0.1:1", "app-1", RefusalReason.NOT_ADMITTED, true);
        assertThat(fixture.events.newestFirst()).hasSize(1);
    }

    private void assertRefused(String reason) {
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.passed).isEmpty();
        assertThat(fixture.proofs).isEmpty();
        assertThat(fixture.count("refused." + reason)).isOne();
        assertThat(fixture.refused()).isOne();
        assertThat(log.lines()).singleElement().asString().startsWith("WARN The client at embedded");
    }

    @Test
    void closesAtAMessageThatDoesNotWaitForTheAnswerToTheOneBefore() {
        fixture.channel.writeInbound(Unpooled.wrappedBuffer(step(0xea, 1, "more"), step(0xea, 2, "more")));
        assertRefused("malformed");
        assertThat(fixture.steps).hasSize(1);
    }

    @Test
    void closesIfAnythingArrivedBehindTheLastMessage() {
        fixture.send("app=app-1");
        fixture.channel.writeInbound(Unpooled.buffer().writeByte(0));
        fixture.compute();
        assertThat(fixture.answer()).isNull();
        assertRefused("malformed");
    }

    @Test
    void answersARefusalWithTheHandshakesTextAndCloses() {
        assertThat(fixture.ask("wrong=app-1")).isEqualTo("failed " + ScriptedHandshake.REFUSAL);
        assertRefused("wrongSecret");
        assertThat(log.messages())
                .containsExactly(
                        "The client at embedded, which claims to be of application app-1, was refused: its secret is"
                                + " not the one of this service. Give both the same spark.authenticate.secret.");
    }

    @Test
    void letsAClientTryAnotherKindOfHandshake() {
        assertThat(fixture.ask("retry")).isEqualTo("failed " + ScriptedHandshake.REFUSAL);
        assertThat(fixture.channel.isOpen()).isTrue();
        assertThat(fixture.ask("app=app-1")).isEqualTo("ok welcome");
        assertThat(fixture.count("refused.notAdmitted")).isOne();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void closesAfterThreeFurtherTries() {
        for (int i = 0; i < 3; i++) {
            fixture.ask("retry");
            assertThat(fixture.channel.isOpen()).isTrue();
        }
        assertThat(fixture.ask("retry")).isEqualTo("failed " + ScriptedHandshake.REFUSAL);
        assertThat(fixture.channel.isOpen()).isFalse();
    }

    @Test
    void closesAClientThatSaysNothingAndLogsNothing() {
        fixture.pass(Duration.ofSeconds(9));
        assertThat(fixture.channel.isOpen()).isTrue();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.count("refused.timeout")).isOne();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void closesAClientThatStopsWithinItsFirstMessage() {
        fixture.channel.writeInbound(step(0xea, 1, "app=app-1").writerIndex(20));
        fixture.pass(Duration.ofSeconds(10));
        assertThat(fixture.channel.isOpen()).isFalse();
    }

    @Test
    void closesAClientThatStopsWithinTheHandshake() {
        fixture.pass(Duration.ofSeconds(5));
        fixture.ask("more");
        fixture.pass(Duration.ofSeconds(24));
        assertThat(fixture.channel.isOpen()).isTrue();
        fixture.pass(Duration.ofSeconds(1));
        assertRefused("timeout");
    }

    @Test
    void hasNoDeadlineAfterTheProof() {
        fixture.ask("app=app-1");
        fixture.pass(Duration.ofMinutes(5));
        assertThat(fixture.channel.isOpen()).isTrue();
        assertThat(fixture.channel.hasPendingTasks()).isFalse();
    }

    @Test
    void closesAConnectionWhoseAnswerIsDelayedSoThatItsClientTriesAgain() {
        fixture.send("app=app-1");
        fixture.pass(Duration.ofSeconds(9));
        assertThat(fixture.channel.isOpen()).isTrue();
        fixture.pass(Duration.ofSeconds(1));
        assertRefused("overloaded");
        // What comes too late changes nothing.
        fixture.compute();
        assertThat(fixture.proofs).isEmpty();
    }

    @Test
    void computesNoAnswerThatWouldComeTooLate() {
        fixture.send("app=app-1");
        fixture.ticker.pass(Duration.ofSeconds(11));
        fixture.compute();
        assertThat(fixture.answer()).isNull();
        assertRefused("overloaded");
    }

    @Test
    void closesAConnectionWhoseMessageCannotWaitForItsTurn() {
        fixture.rejectsSteps = true;
        fixture.send("app=app-1");
        assertRefused("overloaded");
    }

    @Test
    void closesAConnectionWhoseHandshakeFailsUnexpectedly() {
        fixture.send("break");
        fixture.compute();
        assertThat(fixture.failure).hasMessage("broken");
        assertThat(fixture.channel.isOpen()).isFalse();
    }

    @Test
    void keepsTheHandshakeOpenWhileItIsComputedAlthoughTheClientHasGone() {
        fixture.send("app=app-1");
        var unused = fixture.channel.close();
        assertThat(fixture.openHandshakes).hasValue(1);
        fixture.compute();
        assertThat(fixture.openHandshakes).hasValue(0);
        assertThat(fixture.proofs).isEmpty();
    }

    @Test
    void countsAsBusyWhileItsMessageIsComputedAndAsUnprovenBeforeTheProof() {
        assertThat(fixture.activity.isUnproven()).isTrue();
        fixture.send("more");
        assertThat(fixture.activity.isBusy()).isTrue();
        assertThat(fixture.count("pendingHandshakes")).isOne();
        fixture.compute();
        assertThat(fixture.activity.isBusy()).isFalse();
        fixture.ask("app=app-1");
        assertThat(fixture.activity.isUnproven()).isFalse();
        assertThat(fixture.activity.hasSentFrame()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ea, sasl", "fa, challenge", "fb, keyExchange"})
    void countsEachKindOfHandshake(String tag, String kind) {
        fixture.channel.writeInbound(step(Integer.parseInt(tag, 16), 1, "app=app-1"));
        // A client chooses how long a challenge takes; no other handshake waits for it.
        assertThat(fixture.challenges).hasSize(kind.equals("challenge") ? 1 : 0);
        assertThat(fixture.steps).hasSize(kind.equals("challenge") ? 0 : 1);
        fixture.compute();
        assertThat(fixture.count("succeeded." + kind)).isOne();
        // The oldest one is not safe.
        assertThat(log.lines()).hasSize(kind.equals("challenge") ? 1 : 0);
    }

    @Test
    void warnsOnceOfTheOldestKindOfHandshake() {
        for (int i = 0; i < 2; i++) {
            fixture.reporter.succeeded(
                    "/10.0.0.1:1", "app-1", HandshakeMessage.Kind.CHALLENGE, new ConnectionProtection.None());
        }
        assertThat(log.lines())
                .containsExactly(
                        "WARN Application app-1 at /10.0.0.1:1 authenticates by the protocol of Spark before 3.1.3: who"
                                + " records its traffic can recover the key and read it (CVE-2021-38296). Upgrade its"
                                + " Spark; with spark.network.crypto.enabled=false there, it uses SASL instead. Logged once.");
    }

    @Test
    void aThousandWrongSecretsCostOneLineAMinute() {
        for (int i = 0; i < 1000; i++) {
            fixture.reporter.refused("/10.0.0.1:1", "a\nb", RefusalReason.WRONG_SECRET, false);
        }
        assertThat(log.messages())
                .singleElement()
                .asString()
                .contains("of application a\\u000ab, was refused: its secret");
        assertThat(fixture.count("refused.wrongSecret")).isEqualTo(1000);
        fixture.ticker.pass(Duration.ofMinutes(1));
        fixture.reporter.refused("/10.0.0.1:1", "b", RefusalReason.WRONG_SECRET, false);
        assertThat(log.messages())
                .hasSize(2)
                .last()
                .asString()
                .endsWith("(999 more of these since the last such line)");
    }

    @Test
    void warnsOfAesWithoutIntegrityOnce() {
        fixture.reporter.detected("/10.0.0.1:1", AesMode.GCM);
        assertThat(log.lines()).isEmpty();
        fixture.reporter.detected("/10.0.0.1:1", AesMode.CTR);
        fixture.reporter.detected("/10.0.0.1:1", AesMode.CTR);
        assertThat(log.lines()).singleElement().asString().contains("CVE-2025-55039");
        assertThat(fixture.count("encrypted.aesCtr")).isEqualTo(2);
        assertThat(fixture.count("encrypted.aesGcm")).isOne();
    }
}
