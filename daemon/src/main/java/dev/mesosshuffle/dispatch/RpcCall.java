package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One message and its caller. May be answered on any thread, once, and not after it was dropped; a one-way message gets no
 * reply.
 */
final class RpcCall {
    private final Caller caller;
    private final @Nullable Long requestId;
    private final Runnable onAnswered;
    private final AtomicBoolean ended = new AtomicBoolean();

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
                try {
                    work.accept(done);
                } catch (RuntimeException | Error e) {
                    failed(e, done);
                }
            }

            @Override
            public void drop() {
                RpcCall.this.drop();
            }

            @Override
            public void fail(Throwable cause) {
                try {
                    RpcCall.this.drop();
                } finally {
                    caller.fail(cause);
                }
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
        if (!end() || requestId == null) {
            return;
        }
        try {
            caller.send(reply.apply(requestId));
        } catch (RuntimeException | Error e) {
            // The client would wait for it until it gives up.
            caller.fail(e);
        }
    }

    /** Ends the call without a reply: its client has gone, or its connection is being closed. */
    void drop() {
        end();
    }

    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            onAnswered.run();
        }
        return first;
    }

    /**
     * Runs a part of the work; if it fails unexpectedly, ends the call and closes the connection.
     *
     * @param onFailure runs then too
     */
    void guard(Runnable work, Runnable onFailure) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failed(e, onFailure);
        }
    }

    private void failed(Throwable cause, Runnable onFailure) {
        try {
            onFailure.run();
        } finally {
            try {
                drop();
            } finally {
                caller.fail(cause);
            }
        }
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
