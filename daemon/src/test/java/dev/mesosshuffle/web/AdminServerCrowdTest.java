package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.testing.HttpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is served while others take all that there is. */
final class AdminServerCrowdTest {
    private static final int MAX_CONNECTIONS = 16;
    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = AdminServer.bind(
                new AdminServerConfig("127.0.0.1", 0, true, Set.of()),
                null,
                new MetricRegistry(),
                new RequestLimits(MAX_CONNECTIONS, 4, 8, LONG, LONG, LONG));
        server.start(
                () -> List.of(
                        RequestRoute.get(
                                AdminEndpoint.HEALTH,
                                "/health/live",
                                (request, response) -> response.sendText(200, "live")),
                        RequestRoute.get(AdminEndpoint.API, "/waits", (request, response) -> awaitRelease())),
                null);
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    private Socket send(String text) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), server.localAddress().getPort());
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private int health() throws IOException {
        return HttpSocket.get(server.localAddress().getPort(), "/health/live").status();
    }

    @Test
    void tellsItsHealthWhileOtherRequestsTakeAllThreads() throws Exception {
        String request = "GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for (int i = 0; i < 12; i++) {
            send(request);
        }
        // Only the thirteenth is answered, with 503: the others are taken, in the order of their connections.
        assertThat(new String(send(request).getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 503");
        assertThat(health()).isEqualTo(200);
    }

    @Test
    void servesOthersWhileRefusedClientsStayConnected() throws Exception {
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            assertThat(send("GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n")
                            .getInputStream()
                            .read())
                    .isEqualTo('H');
        }
        assertThat(health()).isEqualTo(200);
    }
}
