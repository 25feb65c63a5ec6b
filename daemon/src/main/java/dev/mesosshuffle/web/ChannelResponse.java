package dev.mesosshuffle.web;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answer to the one request of a connection, which is closed after it. What it keeps in memory is one buffer of 16 KiB and
 * what the channel takes before it is not writable any more.
 *
 * <p><b>Concurrency:</b> for one thread, which may wait, but not the event loop; that one wakes it.
 */
final class ChannelResponse implements WebResponse {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final long LOOK_INTERVAL_MILLIS = 500;
    private static final long LINGER_MILLIS = 1000;
    private static final long NOT_WAITING = Long.MIN_VALUE;

    /** Everything in an answer is from this server and for this reader alone; the page loosens what it needs. */
    private static final Map<String, String> DEFAULT_HEADERS = Map.of(
            "content-security-policy", "default-src 'none'; frame-ancestors 'none'",
            "x-content-type-options", "nosniff",
            "x-frame-options", "DENY",
            "referrer-policy", "no-referrer",
            "cross-origin-resource-policy", "same-origin",
            "cache-control", "no-store");

    /** Tells the event loop that the answer is complete, though not yet sent. */
    static final Object ANSWERED = new Object();

    private final Channel channel;
    private final boolean isHead;
    private final boolean knowsChunks;
    private final Map<String, String> headers = new LinkedHashMap<>(DEFAULT_HEADERS);
    private final Object wakeUp = new Object();
    private volatile long waitingSince = NOT_WAITING;
    private boolean begun;
    private boolean ended;

    /**
     * Creates an answer.
     *
     * @param request the head of the request; null if it could not be read
     */
    ChannelResponse(Channel channel, @Nullable HttpRequest request) {
        this.channel = channel;
        this.isHead = request != null && request.method().equals(HttpMethod.HEAD);
        this.knowsChunks = request != null && request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void header(String name, String value) {
        headers.put(name.toLowerCase(Locale.ROOT), value);
    }

    @Override
    public void send(int status, String contentType, byte[] body) throws IOException {
        try (OutputStream out = begin(status, contentType, body.length)) {
            out.write(body);
        }
    }

    @Override
    public OutputStream stream(int status, String contentType) throws IOException {
        return begin(status, contentType, -1);
    }

    private OutputStream begin(int status, String contentType, long length) throws IOException {
        if (begun) {
            throw new IllegalStateException("a second answer");
        }
        begun = true;
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        setHeaders(head.headers(), contentType);
        if (length >= 0) {
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        } else if (knowsChunks) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        write(head);
        return new Body();
    }

    private void setHeaders(HttpHeaders target, String contentType) {
        headers.forEach(target::set);
        target.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        target.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }

    private void write(Object part) throws IOException {
        if (!channel.isActive()) {
            throw new ClosedChannelException();
        }
        var unused = channel.writeAndFlush(part);
    }

    /** The event loop says that the channel is writable again, or closed. */
    void wakeWriter() {
        synchronized (wakeUp) {
            wakeUp.notifyAll();
        }
    }

    private void awaitWritable() throws IOException {
        if (channel.isWritable()) {
            return;
        }
        waitingSince = System.nanoTime();
        try {
            synchronized (wakeUp) {
                while (!channel.isWritable()) {
                    if (!channel.isActive()) {
                        throw new ClosedChannelException();
                    }
                    wakeUp.wait(LOOK_INTERVAL_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            waitingSince = NOT_WAITING;
        }
    }

    /** Returns whether the client has read nothing for a time, in ns, although more waits for it. */
    boolean isStalled(long nanos) {
        long since = waitingSince;
        return since != NOT_WAITING && System.nanoTime() - since >= nanos;
    }

    /** Closes the connection; an answer that has begun is visibly incomplete. For any thread. */
    void abort() {
        var unused = channel.close();
    }

    /** The handler has returned. One that did not answer, or left its answer open, has failed. */
    void handled() throws IOException {
        if (!begun) {
            sendText(500, "no answer");
        } else if (!ended) {
            abort();
        }
    }

    /** Answers with an error; if the answer has begun, it is cut off instead. */
    void fail(HttpFailure failure) throws IOException {
        if (begun) {
            abort();
            return;
        }
        addHeaders(failure);
        sendText(failure.status(), String.valueOf(failure.getMessage()));
    }

    private void addHeaders(HttpFailure failure) {
        String allowed = failure.allowedMethods();
        if (allowed != null) {
            header("allow", allowed);
        }
        if (failure.status() == HttpResponseStatus.UNAUTHORIZED.code()) {
            header("www-authenticate", "Basic realm=\"mesos-shuffle-service\", charset=\"UTF-8\"");
        }
        if (failure.status() == HttpResponseStatus.SERVICE_UNAVAILABLE.code()) {
            header("retry-after", "1");
        }
    }

    /** As {@link #fail}, for the event loop: an answer so short that it never waits. */
    void failInEventLoop(HttpFailure failure) {
        addHeaders(failure);
        begun = true;
        ended = true;
        byte[] text = (failure.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        DefaultFullHttpResponse whole = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(failure.status()), Unpooled.wrappedBuffer(text));
        setHeaders(whole.headers(), TEXT);
        whole.headers().set(HttpHeaderNames.CONTENT_LENGTH, text.length);
        tellAnswered();
        var unused = channel.writeAndFlush(whole).addListener(written -> closeGently());
    }

    private void tellAnswered() {
        var unused = channel.pipeline().fireUserEventTriggered(ANSWERED);
    }

    /**
     * Lets the client read the answer before it finds that the rest of its request was not read: a close with unread bytes
     * resets the connection. Nothing more is read meanwhile.
     */
    private void closeGently() {
        if (channel instanceof DuplexChannel socket && channel.pipeline().get(SslHandler.class) == null) {
            var unusedShutdown = socket.shutdownOutput();
            var unusedClose =
                    channel.eventLoop().schedule((Runnable) this::abort, LINGER_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            abort();
        }
    }

    private final class Body extends OutputStream {
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int used;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int left = length;
            while (left > 0) {
                if (used == BUFFER_BYTES) {
                    flush();
                }
                int step = Math.min(left, BUFFER_BYTES - used);
                System.arraycopy(bytes, from, buffer, used, step);
                used += step;
                from += step;
                left -= step;
            }
        }

        @Override
        public void flush() throws IOException {
            if (used > 0 && !isHead) {
                awaitWritable();
                ChannelResponse.this.write(new DefaultHttpContent(Unpooled.wrappedBuffer(Arrays.copyOf(buffer, used))));
            }
            used = 0;
        }

        @Override
        public void close() throws IOException {
            if (ended) {
                return;
            }
            flush();
            ended = true;
            var unused =
                    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
            tellAnswered();
        }
    }
}
