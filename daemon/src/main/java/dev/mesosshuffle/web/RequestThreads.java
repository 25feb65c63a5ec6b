package dev.mesosshuffle.web;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.channel.EventLoop;
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
 * <p>What is answered from memory has a thread of its own, so that nobody else's requests keep a health check waiting: its
 * answers are so short that no client can keep that thread waiting either.
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
    private final ThreadPoolExecutor urgentThread;
    private final Set<ChannelResponse> running = ConcurrentHashMap.newKeySet();

    /** Whether the next look at stalled clients is scheduled. Confined to the event loop. */
    private boolean isChecking;

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
        this.threads = pool(limits.maxRequests(), limits.maxWaiting(), "admin-request");
        this.urgentThread = pool(1, limits.maxWaiting(), "admin-health");
    }

    private static ThreadPoolExecutor pool(int size, int maxWaiting, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size,
                size,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(maxWaiting),
                DaemonThreads.named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Has a request answered. For the event loop; does not wait.
     *
     * @param client whose request it is
     */
    void answer(HttpRequest request, InetSocketAddress client, ChannelResponse response) {
        metrics.requested();
        try {
            executor(request).execute(() -> run(request, client, response));
        } catch (RejectedExecutionException e) {
            refuse(response, "too many requests at a time; try again");
            return;
        } catch (OutOfMemoryError e) {
            if (ThreadShortage.isCauseOf(e)) {
                ThreadShortage.report("the answer to a request of the admin server", e);
                refuse(response, "no thread can be created; try again");
            } else {
                HeapShortage.survived(e);
                refuse(response, "no memory is left; try again");
            }
            return;
        }
        if (!isChecking) {
            disconnectStalled(response.channel().eventLoop());
        }
    }

    private ThreadPoolExecutor executor(HttpRequest request) {
        try {
            RequestTarget target = RequestTarget.parse(request.uri());
            boolean isUrgent =
                    routes.find(target, request.method().name()).route().isFromMemory();
            return isUrgent ? urgentThread : threads;
        } catch (HttpFailure e) {
            // The thread finds it again, and answers.
            return threads;
        }
    }

    private void refuse(ChannelResponse response, String reason) {
        metrics.rejected();
        response.failInEventLoop(new HttpFailure(503, reason));
    }

    /** While a request waits, looks again and again for others whose clients do not read. */
    private void disconnectStalled(EventLoop loop) {
        isChecking = false;
        if (threads.getQueue().isEmpty()) {
            return;
        }
        for (ChannelResponse response : running) {
            if (response.isStalled(limits.stallTime().toNanos())) {
                metrics.rejected();
                response.abort();
            }
        }
        var unused = loop.schedule(() -> disconnectStalled(loop), STALL_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        isChecking = true;
    }

    private void run(HttpRequest request, InetSocketAddress client, ChannelResponse response) {
        if (!response.channel().isActive()) {
            return;
        }
        try {
            running.add(response);
            handleOrFail(request, client, response);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        } finally {
            running.remove(response);
        }
    }

    private void handleOrFail(HttpRequest request, InetSocketAddress client, ChannelResponse response) {
        try {
            handle(request, client.getAddress(), response);
        } catch (IOException e) {
            logger.debug("A client of the admin server got no answer", e);
            response.abort();
        } catch (OutOfMemoryError e) {
            response.abort();
            HeapShortage.survived(e);
        } catch (RuntimeException | Error e) {
            failureLog.error(logger, "failure of the admin server", "The admin server failed to answer " + client, e);
            failLate(response);
        }
    }

    private static void failLate(ChannelResponse response) {
        try {
            response.fail(new HttpFailure(500, "internal error; see the daemon's log"));
        } catch (IOException e) {
            response.abort();
        }
    }

    private void handle(HttpRequest request, InetAddress client, ChannelResponse response) throws IOException {
        try {
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
        urgentThread.shutdownNow();
    }
}
