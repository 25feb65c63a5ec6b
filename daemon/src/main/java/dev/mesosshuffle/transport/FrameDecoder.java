package dev.mesosshuffle.transport;

import dev.mesosshuffle.security.RecordCipher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Splits the input into frames, and checks a frame's length before buffering it. A small frame is a slice of what was read. A
 * large one waits for its {@link InboundAdmission}, and is then collected in {@link FrameParts}, which become a {@link
 * LargeFrame}. A valid request that is too long becomes an {@link OversizedRequest} whose bytes are discarded as they arrive;
 * the connection continues.
 *
 * <p>After a number of frames, or some time, the event loop's other connections are next.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class FrameDecoder extends LengthFieldBasedFrameDecoder {
    private static final Logger logger = LoggerFactory.getLogger(FrameDecoder.class);

    /** Up to this length a frame is decoded on the event loop. */
    static final int SMALL_FRAME_BYTES = 64 * 1024;

    /** The length up to which an incomplete frame stays with the input that was read; most arrive in one piece. */
    static final int UNCOUNTED_BYTES = 16 * 1024;

    /** More of the input than this is not kept, if a peer has closed while nothing was read, and the kernel hands over the rest. */
    private static final int MAX_KEPT_BYTES = 256 * 1024;

    /** A buffer is exchanged for a shorter one if only one part in so many of it is in use. */
    private static final int COMPACTED_PART = 4;

    /** Each frame starts with its length, which includes these 8 bytes. */
    private static final int LENGTH_BYTES = 8;

    private final int maxFrameBytes;
    private int currentMaxFrameBytes;
    private final InboundAdmission admission;
    private final ReadGate gate;
    private final ConnectionActivity activity;
    private final FrameDeadline deadline;
    private final LoopTurn turn;

    private long bytesToDiscard;

    /** Whether the next frame has waited as long as its length demands. */
    private boolean hasWaited;

    private @Nullable Future<?> rateWait;
    private InboundAdmission.@Nullable Ticket ticket;
    private @Nullable FrameParts collected;

    FrameDecoder(
            int maxFrameBytes,
            InboundAdmission admission,
            ReadGate gate,
            ConnectionActivity activity,
            FrameDeadline deadline,
            LoopTurn turn) {
        super(maxFrameBytes, 0, LENGTH_BYTES, -LENGTH_BYTES, LENGTH_BYTES);
        this.maxFrameBytes = maxFrameBytes;
        this.currentMaxFrameBytes = maxFrameBytes;
        this.admission = admission;
        this.gate = gate;
        this.activity = activity;
        this.deadline = deadline;
        this.turn = turn;
    }

    /** For now, longer frames than this many bytes are too long. */
    void limitFrames(int bytes) {
        currentMaxFrameBytes = Math.min(bytes, maxFrameBytes);
    }

    /** From the next frame on, only the usual limit counts. */
    void unlimitFrames() {
        currentMaxFrameBytes = maxFrameBytes;
    }

    /** Whether anything arrived that was not passed on as a frame. */
    boolean hasLeftover() {
        return bytesToDiscard > 0 || ticket != null || actualReadableBytes() > 0;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        gate.onOpened(() -> proceed(context));
    }

    /** Decodes what has been read already. */
    private void proceed(ChannelHandlerContext context) {
        if (!context.isRemoved() && context.channel().isActive() && gate.isOpen()) {
            try {
                channelRead(context, Unpooled.EMPTY_BUFFER);
                channelReadComplete(context);
            } catch (Exception | OutOfMemoryError e) {
                context.fireExceptionCaught(e);
            }
        }
    }

    @Override
    protected @Nullable Object decode(ChannelHandlerContext context, ByteBuf in) throws Exception {
        if (!gate.isOpen() || isTurnOver(context)) {
            return null;
        }
        if (bytesToDiscard > 0) {
            discard(in);
            return null;
        }
        if (ticket != null) {
            return ticket.isAdmitted() ? collect(context, in) : null;
        }
        if (in.readableBytes() < LENGTH_BYTES) {
            return null;
        }
        long frameBytes = in.getLong(in.readerIndex());
        if (frameBytes > currentMaxFrameBytes) {
            if (OversizedRequest.mayBe(frameBytes, in)) {
                if (in.readableBytes() < OversizedRequest.HEAD_BYTES) {
                    return null;
                }
                OversizedRequest request = OversizedRequest.of(in);
                if (request != null) {
                    bytesToDiscard = frameBytes;
                    discard(in);
                    return request;
                }
            }
            if (frameBytes <= maxFrameBytes) {
                throw new TooLongFrameException("frame of " + frameBytes + " bytes (expected: at most "
                        + currentMaxFrameBytes + " before authentication)");
            }
        } else if (frameBytes > SMALL_FRAME_BYTES
                || (frameBytes > UNCOUNTED_BYTES && frameBytes > in.readableBytes())) {
            if (mustWait(context, (int) frameBytes)) {
                return null;
            }
            in.skipBytes(LENGTH_BYTES);
            return admit(context, in, (int) frameBytes - LENGTH_BYTES);
        }
        Object frame = super.decode(context, in);
        if (frame != null) {
            deadline.frameTaken();
        }
        return frame;
    }

    private boolean isTurnOver(ChannelHandlerContext context) {
        if (!turn.isOver()) {
            return false;
        }
        gate.close(ReadGate.Reason.TURN);
        // Not executed: the loop runs many such tasks before it reads what other connections sent.
        var unused = context.executor()
                .schedule(
                        () -> {
                            turn.begin();
                            gate.open(ReadGate.Reason.TURN);
                        },
                        0,
                        TimeUnit.NANOSECONDS);
        return true;
    }

    /** Whether the frame that begins here is too early; if so, decoding resumes at its beginning when it may be read. */
    private boolean mustWait(ChannelHandlerContext context, int frameBytes) {
        if (hasWaited) {
            hasWaited = false;
            return false;
        }
        long delayNanos = admission.delayNanos(frameBytes, ClientAddress.shareOf(context.channel()));
        if (delayNanos == 0) {
            return false;
        }
        if (delayNanos == LargeFrameRate.REFUSED) {
            throw new TooLongFrameException(
                    "frame of " + frameBytes
                            + " bytes from an address that has sent too many of 1 MiB and more (expected: fewer of them at a time)");
        }
        hasWaited = true;
        gate.close(ReadGate.Reason.RATE);
        rateWait = context.executor().schedule(() -> gate.open(ReadGate.Reason.RATE), delayNanos, TimeUnit.NANOSECONDS);
        return true;
    }

    private @Nullable Object admit(ChannelHandlerContext context, ByteBuf in, int frameBytes) {
        InboundAdmission.Ticket requested = admission.request(
                frameBytes,
                new InboundAdmission.Sender(ClientAddress.shareOf(context.channel()), !activity.isUseful()),
                new LoopHandover(
                        context.channel(),
                        this::onAdmitted,
                        () -> logger.debug("A frame was admitted after its event loop had ended")));
        ticket = requested;
        if (requested.isAdmitted()) {
            return collect(context, in);
        }
        // It may have been admitted meanwhile; then the task that opens the gate is in this event loop's queue.
        gate.close(ReadGate.Reason.ADMISSION);
        return null;
    }

    private void onAdmitted() {
        // Of a frame that did not have to wait, this comes late, when the next one may wait already.
        if (ticket == null || ticket.isAdmitted()) {
            gate.open(ReadGate.Reason.ADMISSION);
        }
    }

    private @Nullable Object collect(ChannelHandlerContext context, ByteBuf in) {
        InboundAdmission.Ticket admitted = ticket;
        if (admitted == null) {
            return null;
        }
        FrameParts parts = collected;
        if (parts == null) {
            parts = new FrameParts(context.alloc(), admitted.bytes());
            collected = parts;
        }
        parts.take(in);
        if (!parts.isComplete()) {
            return null;
        }
        collected = null;
        ticket = null;
        deadline.frameTaken();
        return new LargeFrame(parts.frame(), admitted);
    }

    private void discard(ByteBuf in) {
        int bytes = (int) Math.min(bytesToDiscard, in.readableBytes());
        in.skipBytes(bytes);
        bytesToDiscard -= bytes;
        if (bytesToDiscard == 0) {
            deadline.frameTaken();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (gate.isOpen()) {
            turn.begin();
        } else if (actualReadableBytes() > MAX_KEPT_BYTES) {
            var unused = context.close();
        }
        activity.read();
        deadline.onReadComplete(context, hasLeftover() || isRecordIncomplete(context));
        if (gate.isOpen()) {
            keepOnlyWhatIsUnread(context);
            super.channelReadComplete(context);
        } else {
            // The decoder's own would read on, since it has not got a frame.
            discardSomeReadBytes();
            context.fireChannelReadComplete();
        }
    }

    /** Whether a cipher of Spark's, which is always the first handler, waits for the rest of a record. */
    private static boolean isRecordIncomplete(ChannelHandlerContext context) {
        return context.pipeline().first() instanceof RecordCipher cipher && cipher.isRecordIncomplete();
    }

    /** Of a frame that arrived in part, the bytes stay, and not the buffer that they were read into with many others. */
    private void keepOnlyWhatIsUnread(ChannelHandlerContext context) throws Exception {
        int unread = actualReadableBytes();
        if (unread == 0 || internalBuffer().capacity() < COMPACTED_PART * Math.max(unread, LENGTH_BYTES)) {
            return;
        }
        ByteBuf copy = context.alloc().directBuffer(unread, maxFrameBytes);
        copy.writeBytes(internalBuffer());
        // The decoder exchanges a buffer without unread bytes for the next one.
        channelRead(context, copy);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        deadline.cancel();
        if (rateWait != null) {
            // A task that is scheduled would keep a closed connection in memory.
            rateWait.cancel(false);
        }
        if (collected != null) {
            collected.release();
            collected = null;
        }
        if (ticket != null) {
            ticket.close();
            ticket = null;
        }
    }
}
