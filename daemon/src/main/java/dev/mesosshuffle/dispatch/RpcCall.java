package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** One message and its caller. May be answered on any thread, once; a one-way message gets no reply. */
final class RpcCall {
    private final Caller caller;
    private final @Nullable Long requestId;
    private final Runnable onAnswered;

    /**
     * Creates a call.
     *
     * @param requestId the client's number for the request, or null for a one-way message
     */
    RpcCall(Caller caller, @Nullable Long requestId) {
        this(caller, requestId, () -> {});
    }

    /**
     * Creates a call.
     *
     * @param requestId the client's number for the request, or null for a one-way message
     * @param onAnswered runs when the message is answered, before its reply is sent, also if a one-way message gets none
     */
    RpcCall(Caller caller, @Nullable Long requestId, Runnable onAnswered) {
        this.caller = caller;
        this.requestId = requestId;
        this.onAnswered = onAnswered;
    }

    /**
     * Works on this request when its turn comes ({@link RequestTurns}); rejects it if too many of its client wait.
     *
     * @param turns those of its client
     * @param work gets what to run when the work has ended
     * @return whether it was accepted
     */
    boolean takeTurn(RequestTurns turns, Consumer<Runnable> work) {
        boolean accepted = turns.submit(new RequestTurns.Work() {
            @Override
            public void start(Runnable done) {
                work.accept(done);
            }

            @Override
            public void drop() {
                RpcCall.this.drop();
            }
        });
        if (accepted) {
            return true;
        }
        fail(ProtocolErrors.badRequest(
                "requests that wait on this connection: " + turns.waiting() + " (expected: fewer than that)"));
        return false;
    }

    Caller caller() {
        return caller;
    }

    /** Whether nobody waits for a reply. */
    boolean isOneWay() {
        return requestId == null;
    }

    /**
     * Sends a reply, unless the message is a one-way message.
     *
     * @param reply creates the reply to a request id
     */
    void respond(LongFunction<Reply> reply) {
        onAnswered.run();
        if (requestId != null) {
            caller.send(reply.apply(requestId));
        }
    }

    /** Ends the call without a reply, since its client has gone. */
    void drop() {
        onAnswered.run();
    }

    /** Reports success without a result. */
    void succeed() {
        respond(Reply::done);
    }

    /**
     * Reports a failure.
     *
     * @param error the text for the client, from {@link ProtocolErrors}
     */
    void fail(String error) {
        respond(id -> Reply.failed(id, error));
    }

    /** Reports a failure on one line, without a stack trace and without the exceptions that only wrap the cause. */
    void fail(Throwable cause) {
        fail(ProtocolErrors.badRequest(ErrorMessages.of(cause)));
    }
}
