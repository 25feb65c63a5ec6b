package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.AdminEndpoint;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What requests leave behind on the event loop. */
final class RequestThreadsTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final CountDownLatch release = new CountDownLatch(1);
    private final AdminServerMetrics metrics = new AdminServerMetrics(new MetricRegistry());
    private final RequestThreads threads = new RequestThreads(
            new RouteTable(
                    List.of(RequestRoute.get(AdminEndpoint.API, "/waits", (request, response) -> awaitRelease()))),
            new AccessPolicy(
                    new AdminServerConfig("127.0.0.1", 0, true, Set.of()),
                    false,
                    null,
                    new FailedAttempts(System::nanoTime),
                    metrics),
            new RequestLimits(16, 1, 8, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1)),
            metrics,
            new RateLimitedLogger(System::nanoTime));

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        release.countDown();
        threads.close();
    }

    private static HttpRequest request() {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/waits");
        request.headers().set("Host", "localhost");
        return request;
    }

    @Test
    void looksForStalledClientsOnceForAllThatWait() {
        List<EmbeddedChannel> channels = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            EmbeddedChannel channel = new EmbeddedChannel();
            channels.add(channel);
            HttpRequest request = request();
            threads.answer(request, CLIENT, new ChannelResponse(channel, request));
        }
        assertThat(channels)
                .filteredOn(channel -> channel.runScheduledPendingTasks() >= 0)
                .hasSize(1);
    }

    @Test
    void tellsTheEventLoopThatAnAnswerIsComplete() throws Exception {
        List<Object> events = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelDuplexHandler() {
            /** The client reads nothing. */
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                events.add(event);
            }
        });
        ChannelResponse response = new ChannelResponse(channel, request());
        try (var out = response.stream(200, WebResponse.TEXT)) {
            out.write(1);
            out.flush();
            assertThat(events).isEmpty();
        }
        assertThat(events).containsExactly(ChannelResponse.ANSWERED);
    }
}
