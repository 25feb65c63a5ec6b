package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedList;
import java.util.Objects;
import java.util.Queue;

/**
 * Waits for a client's first bytes, which show how it uses AES, and puts the cipher into its own place. What is written
 * before that waits: the client always speaks first. If the first bytes do not show it, the connection is closed.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class CipherDetection extends ChannelDuplexHandler {
    private final AesSession session;
    private final CipherIdentification identification;
    private final ProtectionListener listener;
    private final byte[] first = new byte[CipherIdentification.NEEDED_BYTES];
    /** Of nodes: an array that cannot grow would lose entries. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<WaitingWrite> writes = new LinkedList<>();

    private int firstBytes;
    private boolean flushed;
    private boolean failed;

    private record WaitingWrite(Object message, ChannelPromise promise) {}

    /**
     * Creates a detection.
     *
     * @param tlsInside whether the connection's content is TLS, which AES encrypts once more
     */
    CipherDetection(AesSession session, boolean tlsInside, ProtectionListener listener) {
        this.session = session;
        this.identification = new CipherIdentification(session, tlsInside);
        this.listener = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        ByteBuf received = (ByteBuf) message;
        if (failed) {
            received.release();
            return;
        }
        int earlier = firstBytes;
        int taken = Math.min(first.length - earlier, received.readableBytes());
        received.getBytes(received.readerIndex(), first, earlier, taken);
        firstBytes += taken;
        if (firstBytes < first.length) {
            received.release();
            return;
        }
        DetectedCipher detected;
        try {
            detected = identification.identify(first);
        } catch (ProtectionException | RuntimeException | Error e) {
            failed = true;
            received.release();
            context.fireExceptionCaught(e);
            var unused = context.close();
            return;
        }
        replaceBy(detected, context, earlier, received);
    }

    private void replaceBy(DetectedCipher detected, ChannelHandlerContext context, int earlier, ByteBuf received)
            throws Exception {
        Queue<WaitingWrite> waiting = new ArrayDeque<>();
        ByteBuf unread = received;
        boolean done = false;
        try {
            ChannelHandlerContext its = replace(detected, context, waiting);
            ChannelDuplexHandler cipher = (ChannelDuplexHandler) its.handler();
            // From the handler before it, as everything that follows.
            for (WaitingWrite write = waiting.poll(); write != null; write = waiting.poll()) {
                write(cipher, its, write);
            }
            if (flushed) {
                its.flush();
            }
            if (earlier > 0) {
                cipher.channelRead(its, Unpooled.wrappedBuffer(Arrays.copyOf(first, earlier)));
            }
            unread = null;
            cipher.channelRead(its, received);
            done = true;
        } finally {
            if (!done) {
                failed = true;
                ReferenceCountUtil.release(unread);
                failAll(waiting);
            }
        }
    }

    /** Puts the cipher into this handler's place, and moves the writes that wait to a queue. */
    private ChannelHandlerContext replace(
            DetectedCipher detected, ChannelHandlerContext context, Queue<WaitingWrite> waiting) {
        listener.onDetected(detected.mode(), detected.version());
        byte[] key = Objects.requireNonNull(session.keys().get(detected.version()));
        ChannelDuplexHandler cipher = switch (detected.mode()) {
            case CTR -> new CtrCipher(key, session.sendIv(), session.receiveIv());
            case GCM -> new GcmCipher(key);
        };
        // This handler's removal fails what still waits in it.
        waiting.addAll(writes);
        writes.clear();
        context.pipeline().replace(this, null, cipher);
        return context.pipeline().context(cipher);
    }

    private static void write(ChannelDuplexHandler cipher, ChannelHandlerContext its, WaitingWrite write)
            throws Exception {
        try {
            cipher.write(its, write.message(), write.promise());
        } catch (Exception | Error e) {
            // The cipher has released the message.
            write.promise().tryFailure(e);
            throw e;
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        writes.add(new WaitingWrite(message, promise));
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        // What was written in clear before may still be unsent.
        flushed = true;
        context.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        failAll(writes);
    }

    private static void failAll(Queue<WaitingWrite> waiting) {
        for (WaitingWrite write = waiting.poll(); write != null; write = waiting.poll()) {
            ReferenceCountUtil.release(write.message());
            write.promise().tryFailure(new ClosedChannelException());
        }
    }
}
