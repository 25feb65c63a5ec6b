package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.testing.HttpSocket;
import dev.mesosshuffle.testing.HttpSocket.Answer;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server over real sockets: what it answers, and what no client can make it do. */
final class AdminServerTest extends ServedRoutes {
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
    void reportsWhatIsMissingInOneLine() throws Exception {
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
            assertThat(client.receive().status()).isEqualTo(400);
        }
        assertThat(HttpSocket.get(port(), "/text").status()).isEqualTo(200);
    }

    @Test
    void readsNoLineNoHeadersAndNoBodyOfAnyLength() throws Exception {
        assertThat(sendAndReceive("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n"))
                .isEqualTo(414);
        assertThat(sendAndReceive("GET /" + "x".repeat(8000))).as("unfinished").isEqualTo(414);
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
