package dev.mesosshuffle.transport;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that have no reply yet. While there are too many, or too many bytes of their answers are
 * unsent, nothing more is read.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class PendingRequests {
    /**
     * At this number of requests, nothing more is read from a client until half of them have replies: a client that sends and
     * never reads costs no more memory than these requests.
     */
    private static final int MAX_REQUESTS = 8192;

    private final ReadGate gate;
    private final ConnectionActivity activity;
    private final AnswerLimit answers;

    private int count;
    private boolean decodingElsewhere;
    private @Nullable CompletableFuture<Void> drained;

    /**
     * Creates an empty set.
     *
     * @param answers the answers that are not sent yet
     */
    PendingRequests(ReadGate gate, ConnectionActivity activity, AnswerLimit answers) {
        this.gate = gate;
        this.activity = activity;
        this.answers = answers;
    }

    /** A request that will have a reply has arrived. */
    void add() {
        count++;
        updateActivity();
    }

    /** Stops reading if there are too many; to be called after each request. */
    void limit() {
        if (count >= MAX_REQUESTS || answers.isFull()) {
            gate.close(ReadGate.Reason.PENDING_REQUESTS);
        }
    }

    /** Replies were sent, or never will be. */
    void remove(int replies) {
        count -= replies;
        if (count <= MAX_REQUESTS / 2 && !answers.isFull()) {
            gate.open(ReadGate.Reason.PENDING_REQUESTS);
        }
        updateActivity();
    }

    /** Whether a frame is being decoded on another thread, which may become a request. */
    void setDecodingElsewhere(boolean decoding) {
        decodingElsewhere = decoding;
        updateActivity();
    }

    private void updateActivity() {
        activity.setBusy(decodingElsewhere || count > 0);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Reads no more requests. Completes the future once all have replies, at once if the connection is closed. */
    void drain(CompletableFuture<Void> result, boolean isOpen) {
        drained = result;
        gate.close(ReadGate.Reason.DRAINING);
        completeIfDrained(isOpen);
    }

    /** Completes what waits for the last reply, if that was sent or never will be. */
    void completeIfDrained(boolean isOpen) {
        if (drained != null && (count <= 0 || !isOpen)) {
            drained.complete(null);
        }
    }
}
