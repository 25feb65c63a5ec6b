package dev.mesosshuffle.web;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests, a few at a time; a few more wait, and the rest is refused. While some wait, clients that do not read their
 * answers are disconnected.
 *
 * <p><b>Concurrency:</b> requests come from the event loop; each is answered by one thread. Threads exist only while there are
 * requests, and for ten seconds after them.
 */
final class RequestThreads implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(RequestThreads.class);

    private static final long IDLE_SECONDS = 10;
    private static final long STALL_CHECK_MILLIS = 500;

    private final RouteTable routes;
    private final AccessPolicy access;
    private final RequestLimits limits;
    private final AdminServerMetrics metrics;
    private final RateLimitedLogger failureLog;
    private final ThreadPoolExecutor threads;
    private final Set<ChannelResponse> running = ConcurrentHashMap.newKeySet();

    RequestThreads(
            RouteTable routes,
            AccessPolicy access,
            RequestLimits limits,
            AdminServerMetrics metrics,
            RateLimitedLogger failureLog) {
        this.routes = routes;
        this.access = access;
        this.limits = limits;
        this.metrics = metrics;
        this.failureLog = failureLog;
        this.threads = new ThreadPoolExecutor(
                limits.maxRequests(),
                limits.maxRequests(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(limits.maxWaiting()),
                DaemonThreads.named("admin-request"));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Has a request answered. For the event loop; does not wait. */
    void answer(HttpRequest request, ChannelResponse response) {
        metrics.requested();
        try {
            threads.execute(() -> run(request, response));
            disconnectStalled(response);
        } catch (RejectedExecutionException e) {
            metrics.rejected();
            response.failInEventLoop(new HttpFailure(503, "too many requests at a time; try again"));
        } catch (OutOfMemoryError e) {
            ThreadShortage.report("the answer to a request of the admin server", e);
            metrics.rejected();
            response.failInEventLoop(new HttpFailure(503, "no thread can be created; try again"));
        }
    }

    /** While a request waits, looks again and again for others whose clients do not read. */
    private void disconnectStalled(ChannelResponse waiting) {
        if (threads.getQueue().isEmpty()) {
            return;
        }
        for (ChannelResponse response : running) {
            if (response.isStalled(limits.stallTime().toNanos())) {
                metrics.rejected();
                response.abort();
            }
        }
        var unused = waiting.channel()
                .eventLoop()
                .schedule(() -> disconnectStalled(waiting), STALL_CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void run(HttpRequest request, ChannelResponse response) {
        if (!response.channel().isActive()) {
            return;
        }
        running.add(response);
        try {
            handle(request, response);
        } catch (IOException e) {
            logger.debug("A client of the admin server got no answer", e);
            response.abort();
        } catch (OutOfMemoryError e) {
            response.abort();
            HeapShortage.survived(e);
        } catch (RuntimeException | Error e) {
            failureLog.error(
                    logger,
                    "failure of the admin server",
                    "The admin server failed to answer " + response.channel().remoteAddress(),
                    e);
            failLate(response);
        } finally {
            running.remove(response);
        }
    }

    private static void failLate(ChannelResponse response) {
        try {
            response.fail(new HttpFailure(500, "internal error; see the daemon's log"));
        } catch (IOException e) {
            response.abort();
        }
    }

    private void handle(HttpRequest request, ChannelResponse response) throws IOException {
        try {
            InetAddress client = ((InetSocketAddress) response.channel().remoteAddress()).getAddress();
            RequestTarget target = RequestTarget.parse(request.uri());
            RouteTable.Match match = routes.find(target, request.method().name());
            String user = access.check(match.route(), request.headers(), client);
            match.route()
                    .handler()
                    .handle(
                            new WebRequest(
                                    match.route().method(),
                                    target.path(),
                                    match.parameters(),
                                    target.query(),
                                    headers(request.headers()),
                                    client,
                                    user),
                            response);
            response.handled();
        } catch (HttpFailure e) {
            response.fail(e);
        }
    }

    private static Map<String, String> headers(HttpHeaders headers) {
        Map<String, String> result = new HashMap<>();
        headers.forEach(header -> result.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        // No handler may pass it on.
        result.remove("authorization");
        return result;
    }

    /** Answers nothing more; what is being answered is cut off with its connection. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
