package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.HttpSocket;
import dev.mesosshuffle.testing.HttpSocket.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many requests are answered at a time, and how long a client may take. */
final class AdminServerLimitsTest extends ServedRoutes {
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

    private Answer get(String path) {
        try {
            return HttpSocket.get(port(), path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Socket notReading() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1000);
        socket.connect(server.localAddress());
        socket.getOutputStream()
                .write("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
