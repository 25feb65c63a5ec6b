package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.testing.HttpSocket;
import dev.mesosshuffle.testing.HttpSocket.Answer;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server over real sockets: what it answers, and what no client can make it do. */
final class AdminServerTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final MetricRegistry metrics = new MetricRegistry();
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final CountDownLatch fourRun = new CountDownLatch(4);
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        start(limits(LONG, LONG, LONG));
    }

    private static RequestLimits limits(Duration requestTime, Duration responseTime, Duration stallTime) {
        return new RequestLimits(16, 4, 8, requestTime, responseTime, stallTime);
    }

    private void start(RequestLimits limits) throws IOException {
        if (server != null) {
            server.close();
        }
        server = AdminServer.bind(new AdminServerConfig("127.0.0.1", 0, true, Set.of()), null, metrics, limits);
        server.start(
                List.of(
                        route("/text", (request, response) -> response.sendText(200, "fine")),
                        route("/stream/{name}", AdminServerTest::stream),
                        route("/endless", AdminServerTest::endless),
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

    private static Route route(String path, RouteHandler handler) {
        return Route.get(AdminEndpoint.API, path, handler);
    }

    private static void stream(WebRequest request, WebResponse response) throws IOException {
        try (OutputStream out = response.stream(200, WebResponse.TEXT)) {
            out.write((request.parameters().get("name") + '=' + request.query().get("value"))
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void endless(WebRequest request, WebResponse response) throws IOException {
        OutputStream out = response.stream(200, WebResponse.TEXT);
        byte[] part = new byte[100_000];
        while (true) {
            out.write(part);
        }
    }

    private void waitThenAnswer(WebResponse response) throws IOException {
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

    private int port() {
        return server.localAddress().getPort();
    }

    private long rejected() {
        return metrics.counter("shuffleService.admin.rejectedRequests").getCount();
    }

    // What it answers.

    @Test
    void answersWithHeadersThatLetABrowserDoNothingElse() throws Exception {
        Answer answer = HttpSocket.get(port(), "/text");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("fine\n");
        assertThat(answer.head().lines())
                .contains(
                        "content-type: text/plain; charset=utf-8",
                        "content-length: 5",
                        "connection: close",
                        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
                        "x-content-type-options: nosniff",
                        "x-frame-options: deny",
                        "referrer-policy: no-referrer",
                        "cross-origin-resource-policy: same-origin",
                        "cache-control: no-store");
        assertThat(metrics.counter("shuffleService.admin.requests").getCount()).isOne();
    }

    @Test
    void answersHeadWithoutTheBody() throws Exception {
        assertThat(HttpSocket.request(port(), "HEAD", "/text")).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head()).contains("content-length: 5");
            assertThat(answer.body()).isEmpty();
        });
        assertThat(HttpSocket.request(port(), "HEAD", "/stream/x").body()).isEmpty();
    }

    @Test
    void decodesTheTargetOnceAndStreamsInChunks() throws Exception {
        Answer answer = HttpSocket.get(port(), "/stream/a%2Fb%20%c3%bc%2525?value=1+2%26&other");
        assertThat(answer.head()).contains("transfer-encoding: chunked");
        assertThat(answer.body()).isEqualTo("e\r\na/b \u00fc%25=1 2&\r\n0\r\n\r\n");
    }

    @Test
    void endsAStreamByClosingForClientsThatKnowNoChunks() throws Exception {
        try (HttpSocket client = new HttpSocket(port())) {
            Answer answer = client.send("GET /stream/a?value=b HTTP/1.0\r\nHost: [::1]:1\r\n\r\n")
                    .receive();
            assertThat(answer.head()).doesNotContain("chunked");
            assertThat(answer.body()).isEqualTo("a=b");
        }
    }

    @Test
    void toldOfWhatIsNotThereInOneLine() throws Exception {
        assertThat(HttpSocket.get(port(), "/nothing%0a<b>%e2%80%ae"))
                .extracting(Answer::status, Answer::body)
                .containsExactly(404, "nothing at /nothing\\u000a<b>\\u202e\n");
        assertThat(HttpSocket.request(port(), "POST", "/text", "Content-Length: 0"))
                .satisfies(answer -> {
                    assertThat(answer.status()).isEqualTo(405);
                    assertThat(answer.head()).contains("allow: get, head");
                    assertThat(answer.body()).isEqualTo("method (expected: GET or HEAD)\n");
                });
        assertThat(HttpSocket.request(port(), "TRACE", "/text").status()).isEqualTo(405);
        for (String target : List.of("*", "http://elsewhere/text", "/text%", "/text%zz", "/%ff", "/te\u00ffxt")) {
            assertThat(HttpSocket.get(port(), target).status()).as(target).isEqualTo(400);
        }
    }

    @Test
    void hidesWhyAHandlerFailedAndCutsAnAnswerOffThatHasBegun() throws Exception {
        try (LogCapture log = LogCapture.of(RequestThreads.class)) {
            assertThat(HttpSocket.get(port(), "/fails"))
                    .extracting(Answer::status, Answer::body)
                    .containsExactly(500, "internal error; see the daemon's log\n");
            assertThat(HttpSocket.get(port(), "/fails-late").body()).doesNotContain("0\r\n\r\n");
            assertThat(HttpSocket.get(port(), "/silent").status()).isEqualTo(500);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("ERROR The admin server failed to answer /127.0.0.1:");
        }
    }

    // What no client can make it do.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no request at all\r\n\r\n",
                "GET\r\n\r\n",
                "\u0016\u0003\u0001\u0000\u0000",
                "GET /text HTTP/9.9\r\n\r\n"
            })
    void refusesWhatIsNoRequest(String text) throws Exception {
        try (HttpSocket client = new HttpSocket(port())) {
            client.send(text + "\r\n\r\n");
            assertThat(client.receive().status()).isIn(400, 0);
        }
        assertThat(HttpSocket.get(port(), "/text").status()).isEqualTo(200);
    }

    @Test
    void readsNoLineNoHeadersAndNoBodyOfAnyLength() throws Exception {
        assertThat(sendAndReceive("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n"))
                .isEqualTo(414);
        assertThat(sendAndReceive("GET /" + "x".repeat(8000))).as("unfinished").isIn(0, 414);
        assertThat(sendAndReceive("GET /text HTTP/1.1\r\nx: " + "x".repeat(20_000) + "\r\n\r\n"))
                .isEqualTo(431);
        assertThat(sendAndReceive("GET /text HTTP/1.1\r\n" + "x: y\r\n".repeat(5000) + "\r\n"))
                .isEqualTo(431);
        assertThat(sendAndReceive("POST /text HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4097\r\n\r\n"))
                .isEqualTo(413);
        assertThat(sendAndReceive(
                        "POST /text HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n"))
                .isEqualTo(400);
        assertThat(sendAndReceive("POST /text HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + ("800\r\n" + "x".repeat(0x800) + "\r\n").repeat(3)))
                .isEqualTo(413);
        assertThat(sendAndReceive("GET /text HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n"))
                .isEqualTo(417);
        assertThat(rejected()).isEqualTo(8);
    }

    private int sendAndReceive(String text) throws Exception {
        try (HttpSocket client = new HttpSocket(port())) {
            try {
                client.send(text.endsWith("\r\n") ? text : text + "x".repeat(1000));
            } catch (SocketException e) {
                // It has answered already.
            }
            return client.receive().status();
        }
    }

    @Test
    void answersOneRequestOfAConnection() throws Exception {
        String request = "GET /text HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (HttpSocket client = new HttpSocket(port())) {
            assertThat(client.send(request.repeat(3)).receive().body()).isEqualTo("fine\n");
        }
        assertThat(metrics.counter("shuffleService.admin.requests").getCount()).isOne();
    }

    @Test
    void closesAClientThatSendsItsRequestSlowly() throws Exception {
        start(limits(SHORT, LONG, LONG));
        try (HttpSocket silent = new HttpSocket(port());
                HttpSocket slow = new HttpSocket(port()).send("GET /text HTTP/1.1\r\nHost: localho")) {
            assertThat(slow.receive().status()).isZero();
            assertThat(silent.receive().status()).isZero();
        }
        assertThat(rejected()).isEqualTo(2);
    }

    @Test
    void servesOthersWhileTheMostConnectionsAreOpenThatSendNothing() throws Exception {
        List<HttpSocket> silent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            silent.add(new HttpSocket(port()).send("GET /te"));
        }
        assertThat(HttpSocket.get(port(), "/text").status()).isEqualTo(200);
        assertThat(silent.get(0).receive().status()).as("the oldest gave way").isZero();
        assertThat(silent.get(39)
                        .send("xt HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .receive()
                        .body())
                .as("the newest did not")
                .isEqualTo("fine\n");
        for (HttpSocket each : silent) {
            each.close();
        }
    }

    @Test
    void answersFourRequestsAtATimeLetsEightWaitAndRefusesMore() throws Exception {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            answers.add(CompletableFuture.supplyAsync(() -> get("/waits"), task -> new Thread(task).start()));
        }
        Answer first = (Answer) CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new))
                .get();
        assertThat(first.status()).isEqualTo(503);
        assertThat(first.head()).contains("retry-after: 1");
        assertThat(fourRun.await(20, TimeUnit.SECONDS)).isTrue();
        release.countDown();
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<Answer> answer : answers) {
            statuses.add(answer.get().status());
        }
        assertThat(statuses).containsOnly(200, 503);
        assertThat(statuses).filteredOn(status -> status == 503).hasSize(1);
        assertThat(mostRunning.get()).isEqualTo(4);
    }

    private Answer get(String path) {
        try {
            return HttpSocket.get(port(), path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void disconnectsClientsThatDoNotReadOnceAnotherWaits() throws Exception {
        start(limits(LONG, LONG, SHORT));
        List<Socket> deaf = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            deaf.add(notReading());
        }
        assertThat(HttpSocket.get(port(), "/text").status()).isEqualTo(200);
        assertThat(rejected()).isBetween(1L, 4L);
        for (Socket each : deaf) {
            each.close();
        }
    }

    @Test
    void closesAClientThatDoesNotReadInTime() throws Exception {
        start(limits(LONG, SHORT, LONG));
        try (Socket deaf = notReading()) {
            deaf.setSoTimeout(20_000);
            long readBytes = 0;
            try {
                int more = 0;
                while (more >= 0) {
                    more = deaf.getInputStream().read(new byte[100]);
                    readBytes += more;
                }
            } catch (SocketException e) {
                // Reset, which is an end too.
            }
            assertThat(readBytes).isPositive();
        }
        assertThat(rejected()).isOne();
        assertThat(HttpSocket.get(port(), "/text").status()).isEqualTo(200);
    }

    private Socket notReading() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1000);
        socket.connect(server.localAddress());
        socket.getOutputStream()
                .write("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    // The address.

    @Test
    void tellsWhyAnAddressCannotBeBound() {
        assertThatThrownBy(() ->
                        AdminServer.bind(new AdminServerConfig("127.0.0.1", port(), true, Set.of()), null, metrics))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port() + ": ")
                .hasMessageEndingWith("Address already in use");
        assertThatThrownBy(() -> AdminServer.bind(
                        new AdminServerConfig("no.such.host.invalid", 0, false, Set.of()), null, metrics))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on no.such.host.invalid:0: ");
    }
}
