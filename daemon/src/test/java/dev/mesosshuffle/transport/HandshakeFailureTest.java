package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.security.ConnectionProtection;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a handshake whose connection breaks, at either end. */
class HandshakeFailureTest {
    private final AtomicInteger disposals = new AtomicInteger();
    private final HandshakeFixture fixture = new HandshakeFixture(
            ClientAuthentication.Mode.REQUIRED, new ConnectionProtection.Sasl(new FinishedServer(disposals), 65_536));

    @AfterEach
    void close() {
        fixture.channel.finishAndReleaseAll();
        assertThat(fixture.openHandshakes).as("handshakes that are not closed").hasValue(0);
        assertThat(fixture.count("pendingHandshakes")).isZero();
    }

    @Test
    void computesNothingForAClientThatHasGone() {
        fixture.send("app=app-1");
        var unused = fixture.channel.close();
        fixture.compute();
        assertThat(fixture.metrics
                        .timer("shuffleService.authentication.handshakeLatencyMillis")
                        .getCount())
                .isZero();
        assertThat(fixture.refused()).isZero();
    }

    @Test
    void disposesOfTheKeysOfAClientThatGoesWhileItsProofIsVerified() {
        fixture.send("app=app-1");
        fixture.steps.remove().run();
        // A close would run the task with the outcome first.
        fixture.channel.pipeline().fireChannelInactive();
        fixture.channel.runPendingTasks();
        assertThat(disposals).hasValue(1);
        assertThat(fixture.proofs).isEmpty();
    }

    @Test
    void closesTheConnectionAtOnceAndDisposesOfItsKeysIfTheAnswerCannotBeSent() {
        OutOfMemoryError failure = new OutOfMemoryError("Direct buffer memory");
        fixture.channel.config().setAllocator(new FailingAllocator(failure));
        fixture.send("app=app-1");
        fixture.compute();
        assertThat(fixture.failure).isSameAs(failure);
        assertThat(fixture.channel.isOpen()).isFalse();
        assertThat(fixture.proofs).isEmpty();
        assertThat(disposals).hasValue(1);
    }

    private static final class FailingAllocator extends AbstractByteBufAllocator {
        private final OutOfMemoryError failure;

        private FailingAllocator(OutOfMemoryError failure) {
            this.failure = failure;
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw failure;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw failure;
        }
    }

    /** The service's end of a handshake that agreed on encryption. Nothing is encrypted here. */
    private record FinishedServer(AtomicInteger disposals) implements SaslServer {
        @Override
        public void dispose() {
            disposals.incrementAndGet();
        }

        @Override
        public boolean isComplete() {
            return true;
        }

        @Override
        public String getMechanismName() {
            return "DIGEST-MD5";
        }

        @Override
        public String getAuthorizationID() {
            return "";
        }

        @Override
        public byte[] evaluateResponse(byte[] response) {
            throw new IllegalStateException("complete");
        }

        @Override
        public byte[] unwrap(byte[] incoming, int offset, int length) {
            throw new IllegalStateException("not expected");
        }

        @Override
        public byte[] wrap(byte[] outgoing, int offset, int length) {
            throw new IllegalStateException("not expected");
        }

        @Override
        public Object getNegotiatedProperty(String name) {
            return "auth-conf";
        }
    }
}
