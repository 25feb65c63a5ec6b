package dev.mesosshuffle.transport;

import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RequestDecoder;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * Turns one connection's frames into requests, in order: small ones at once, a large one on another thread, during which
 * nothing more is read.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class RequestReader {
    private final LargeMessages largeMessages;
    private final ReadGate gate;
    private final Listener listener;

    /** Receives what becomes of frames, on the event loop. */
    interface Listener {
        /** Whether the connection was closed from here; frames after a malformed one are not decoded. */
        boolean isClosedLocally();

        /** Whether the connection is open at both ends. */
        boolean isOpen();

        /** Whether a frame is being decoded on another thread. */
        void setDecodingElsewhere(boolean decoding);

        /** A request has arrived. */
        void onRequest(Request request);

        /** The connection is to be closed. */
        void onFailure(Throwable cause);

        /** Runs a task on the event loop. For any thread. */
        void execute(Runnable task);
    }

    RequestReader(LargeMessages largeMessages, ReadGate gate, Listener listener) {
        this.largeMessages = largeMessages;
        this.gate = gate;
        this.listener = listener;
    }

    /**
     * Reads a frame that arrived in one piece.
     *
     * @param frame owned
     * @throws MalformedMessageException if the connection is to be closed
     */
    void read(ByteBuf frame) throws MalformedMessageException {
        try {
            if (!listener.isClosedLocally()) {
                listener.onRequest(RequestDecoder.decode(frame));
            }
        } finally {
            frame.release();
        }
    }

    /**
     * Reads a frame that was admitted.
     *
     * @param frame owned
     * @throws MalformedMessageException if the connection is to be closed
     */
    void read(LargeFrame frame) throws MalformedMessageException {
        if (listener.isClosedLocally()) {
            frame.close();
        } else if (frame.bytes().readableBytes() <= FrameDecoder.SMALL_FRAME_BYTES) {
            try {
                read(frame.bytes());
            } finally {
                frame.ticket().close();
            }
        } else {
            decodeElsewhere(frame);
        }
    }

    private void decodeElsewhere(LargeFrame frame) {
        gate.close(ReadGate.Reason.LARGE_FRAME);
        listener.setDecodingElsewhere(true);
        try {
            largeMessages.execute(() -> {
                LargeMessages.Decoded decoded = largeMessages.decode(frame);
                listener.execute(() -> onDecoded(decoded));
            });
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            frame.close();
            listener.onFailure(e);
        }
    }

    private void onDecoded(LargeMessages.Decoded decoded) {
        // From here on the session counts what it keeps.
        decoded.release().run();
        if (!listener.isOpen()) {
            return;
        }
        Request request = decoded.request();
        try {
            if (request == null) {
                listener.onFailure(Objects.requireNonNull(decoded.failure()));
            } else {
                listener.setDecodingElsewhere(false);
                listener.onRequest(request);
                gate.open(ReadGate.Reason.LARGE_FRAME);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            listener.onFailure(e);
        }
    }
}
