package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.protocol.Reply;
import org.junit.jupiter.api.Test;

class RpcCallTest {
    private final FakeCaller caller = new FakeCaller();
    private int released;
    private final RpcCall call = new RpcCall(caller, 3L, () -> released++);

    @Test
    void endsOnceHoweverOftenItIsAnswered() throws Exception {
        call.succeed();
        call.fail("again");
        call.drop();
        assertThat(released).isOne();
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.done(3)));
        assertThat(caller.hasReply()).isFalse();
    }

    @Test
    void closesTheConnectionIfItsReplyCannotBeMade() {
        OutOfMemoryError failure = new OutOfMemoryError("for a test");
        call.respond(id -> {
            throw failure;
        });
        assertThat(released).isOne();
        assertThat(caller.failure).isSameAs(failure);
    }

    @Test
    void workThatFailsReleasesItsTurnAndItsMemory() {
        IllegalStateException failure = new IllegalStateException("for a test");
        assertThat(call.takeTurn(caller.requestTurns, done -> {
                    done.run();
                    throw failure;
                }))
                .isTrue();
        assertThat(released).isOne();
        assertThat(caller.requestTurns.inProgress()).isZero();
        assertThat(caller.failure).isSameAs(failure);
        assertThat(caller.hasReply()).isFalse();
    }

    @Test
    void closesTheConnectionEvenIfTheTurnOfFailedWorkCannotBePassedOn() {
        IllegalStateException failure = new IllegalStateException("for a test");
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> call.guard(
                        () -> {
                            throw failure;
                        },
                        () -> {
                            throw new OutOfMemoryError("for a test");
                        }));
        assertThat(released).isOne();
        assertThat(caller.failure).isSameAs(failure);
    }
}
