package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** One message and the way back to who sent it. May be answered on any thread, once. */
final class RpcCall {
    private final Session session;
    private final Connection connection;
    private final @Nullable Long requestId;

    /**
     * Creates a call.
     *
     * @param requestId the client's number for it, or null if no answer is wanted
     */
    RpcCall(Session session, Connection connection, @Nullable Long requestId) {
        this.session = session;
        this.connection = connection;
        this.requestId = requestId;
    }

    Session session() {
        return session;
    }

    Connection connection() {
        return connection;
    }

    /** Answers, if an answer is wanted. */
    void answer(LongFunction<Reply> reply) {
        if (requestId != null) {
            connection.send(reply.apply(requestId));
            connection.flush();
        }
    }

    /** Answers that all is done. */
    void done() {
        answer(Reply::done);
    }

    /** Answers with a failure. */
    void failed(String error) {
        answer(id -> Reply.failed(id, error));
    }

    /** Answers that something in the request is wrong. */
    void badRequest(String reason) {
        failed(ProtocolErrors.badRequest(reason));
    }
}
