package dev.mesosshuffle.transport;

import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RequestDecoder;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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

        /** Makes a task of the event loop ready, as {@link dev.mesosshuffle.fetch.Connection#prepare} does. */
        Runnable prepare(Runnable task);
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
        Decoding decoding = null;
        try {
            decoding = new Decoding(frame);
            largeMessages.execute(decoding);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // It may have been queued before memory ran out, and even run.
            if (decoding == null || decoding.cancel()) {
                frame.close();
                listener.onFailure(e);
            }
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

    /** A frame that is decoded on another thread. Its end reaches the event loop in any case: that is made ready before. */
    private final class Decoding implements Runnable {
        private final LargeFrame frame;
        private final Runnable end = listener.prepare(this::end);
        private final AtomicBoolean begun = new AtomicBoolean();

        private LargeMessages.@Nullable Decoded decoded;
        private @Nullable Throwable failure;

        private Decoding(LargeFrame frame) {
            this.frame = frame;
        }

        /** Prevents it; returns false if it has begun. */
        private boolean cancel() {
            return begun.compareAndSet(false, true);
        }

        @Override
        public void run() {
            if (!cancel()) {
                return;
            }
            try {
                decoded = largeMessages.decode(frame);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            end.run();
        }

        private void end() {
            LargeMessages.Decoded result = decoded;
            Throwable reason = failure;
            decoded = null;
            failure = null;
            if (result != null) {
                onDecoded(result);
            } else if (reason != null) {
                listener.onFailure(reason);
            }
        }
    }
}
