package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.security.TlsContext;
import dev.mesosshuffle.security.TlsSettings;
import dev.mesosshuffle.testing.HttpSocket;
import dev.mesosshuffle.testing.TestCertificate;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server with TLS. */
final class AdminServerTlsTest {
    private static final int LONG_BODY = 5_000_000;

    @TempDir
    Path dir;

    private SSLContext client;
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        Path store = TestCertificate.keyStore(dir.resolve("store.p12"), "admin");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            trusted.load(in, TestCertificate.PASSWORD.toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
        TlsSettings settings = new TlsSettings(
                false,
                new TlsSettings.PemFiles(
                        TestCertificate.privateKey(store, dir.resolve("key.pem")),
                        null,
                        TestCertificate.certificate(store, dir.resolve("chain.pem"))),
                "TLSv1.3",
                List.of());
        MetricRegistry metrics = new MetricRegistry();
        Duration patience = Duration.ofMinutes(1);
        server = AdminServer.bind(
                new AdminServerConfig("127.0.0.1", 0, true, Set.of()),
                TlsContext.load(settings, new RateLimitedLogger(System::nanoTime), metrics, EventRecorder.NONE),
                metrics,
                new RequestLimits(4, 4, 8, Duration.ofMillis(500), patience, patience));
        server.start(
                () -> List.of(RequestRoute.get(AdminEndpoint.API, "/long", (request, response) -> {
                    try (OutputStream out = response.stream(200, WebResponse.TEXT)) {
                        out.write(new byte[LONG_BODY]);
                    }
                })),
                null);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int port() {
        return server.localAddress().getPort();
    }

    @Test
    void answersInTls() throws Exception {
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port());
        try (HttpSocket https = new HttpSocket(socket)) {
            HttpSocket.Answer answer =
                    https.send("GET /long HTTP/1.0\r\nHost: localhost\r\n\r\n").receive();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).hasSize(LONG_BODY);
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void answersNothingInPlainText() throws Exception {
        assertThat(HttpSocket.get(port(), "/long").status()).isZero();
    }

    @Test
    void closesAClientThatBeginsNoHandshake() throws Exception {
        try (HttpSocket silent = new HttpSocket(port())) {
            assertThat(silent.receive().status()).isZero();
        }
        answersInTls();
    }
}
