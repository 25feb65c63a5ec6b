package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An admin server over real sockets, with routes that answer, wait, fail or never end. */
abstract class ServedRoutes {
    static final Duration LONG = Duration.ofMinutes(1);
    static final Duration SHORT = Duration.ofMillis(200);

    final MetricRegistry metrics = new MetricRegistry();
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostRunning = new AtomicInteger();
    final CountDownLatch fourRun = new CountDownLatch(4);
    AdminServer server;

    @BeforeEach
    final void start() throws Exception {
        start(limits(LONG, LONG, LONG));
    }

    static RequestLimits limits(Duration requestTime, Duration responseTime, Duration stallTime) {
        return new RequestLimits(16, 4, 8, requestTime, responseTime, stallTime);
    }

    final void start(RequestLimits limits) throws IOException {
        if (server != null) {
            server.close();
        }
        server = AdminServer.bind(new AdminServerConfig("127.0.0.1", 0, true, Set.of()), null, metrics, limits);
        server.start(
                () -> List.of(
                        route("/text", (request, response) -> response.sendText(200, "fine")),
                        route("/stream/{name}", ServedRoutes::stream),
                        route("/endless", ServedRoutes::endless),
                        route("/waits", (request, response) -> waitThenAnswer(response)),
                        route("/fails", (request, response) -> {
                            throw new IllegalStateException("a secret");
                        }),
                        route("/fails-late", (request, response) -> {
                            response.stream(200, WebResponse.TEXT).flush();
                            throw new IllegalStateException("a secret");
                        }),
                        route("/silent", (request, response) -> {})),
                null);
    }

    static RequestRoute route(String path, RouteHandler handler) {
        return RequestRoute.get(AdminEndpoint.API, path, handler);
    }

    static void stream(WebRequest request, WebResponse response) throws IOException {
        try (OutputStream out = response.stream(200, WebResponse.TEXT)) {
            out.write((request.parameters().get("name") + '=' + request.query().get("value"))
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    static void endless(WebRequest request, WebResponse response) throws IOException {
        OutputStream out = response.stream(200, WebResponse.TEXT);
        byte[] part = new byte[100_000];
        while (true) {
            out.write(part);
        }
    }

    void waitThenAnswer(WebResponse response) throws IOException {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        fourRun.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running.decrementAndGet();
        response.sendText(200, "at last");
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.close();
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    int port() {
        return server.localAddress().getPort();
    }

    long rejected() {
        return metrics.counter("shuffleService.admin.rejectedRequests").getCount();
    }
}
