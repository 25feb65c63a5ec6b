package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.ShuffleDaemon;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ReloadableLimits;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.model.SecretText;
import dev.mesosshuffle.security.TlsContext;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.TestCertificate;
import dev.mesosshuffle.transport.ShuffleServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS between the whole daemon and clients of the JDK. */
class TlsServingTest extends RunningDaemon {
    private static final String MEMORY = "shuffleService.shuffle-server.usedDirectMemory,type=gauges";
    private static final String CONNECTIONS = "shuffleService.numActiveConnections,type=counters";
    private static final String FAILURES = "shuffleService.tlsHandshakeFailures,type=counters";
    private static final int SMALL = 1000;
    private static final int MIDDLE = 300_001;

    private Path store;
    private SSLContext client;
    private ReloadableLimits limits;

    @BeforeEach
    void makeCertificate() throws Exception {
        store = TestCertificate.keyStore(temp.resolve("store.p12"), "first");
        client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {new TrustsAnybody()}, null);
        files.writeMapOutput(0, 5, block(SMALL, 1), block(MIDDLE, 2), new byte[0]);
        files.writeMapOutput(0, 6, block(LARGE, 3));
    }

    @ParameterizedTest
    @EnumSource(
            value = IoMode.class,
            names = {"NIO", "EPOLL"})
    void servesBlocksOfAllSizes(IoMode mode) throws Exception {
        start(mode, false, "TLSv1.3");
        try (RawClient raw = register(connectTls())) {
            assertThat(fetch(raw, "shuffle_0_5_0")).isEqualTo(block(SMALL, 1));
            assertThat(fetch(raw, "shuffle_0_5_1")).isEqualTo(block(MIDDLE, 2));
            assertThat(fetch(raw, "shuffle_0_5_2")).isEmpty();
            assertThat(fetch(raw, "shuffle_0_6_0")).isEqualTo(block(LARGE, 3));
            assertThat(fetch(raw, "shuffle_0_5_0")).isEqualTo(block(SMALL, 1));
        }
    }

    @Test
    void choosesAesForAClientThatPutsChaCha20First() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.3");
        SSLSocket socket = connectTls();
        socket.setEnabledCipherSuites(
                new String[] {"TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"});
        try (RawClient raw = register(socket)) {
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(fetch(raw, "shuffle_0_5_0")).isEqualTo(block(SMALL, 1));
        }
    }

    @Test
    void speaksTheOneVersionThatIsSet() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.2");
        SSLSocket socket = connectTls();
        try (RawClient raw = register(socket)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
            assertThat(fetch(raw, "shuffle_0_5_1")).isEqualTo(block(MIDDLE, 2));
        }
        restartWith(IoMode.AUTO, false, "TLSv1.3");
        try (LogCapture log = LogCapture.ofPackages(TlsContext.class, ShuffleServer.class);
                SSLSocket old = connectTls()) {
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatExceptionOfType(IOException.class).isThrownBy(old::startHandshake);
            JmxMetrics.await(CONNECTIONS, connections -> connections == 0);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN ")
                    .contains("TLS failed: ");
        }
    }

    @Test
    void refusesPlainTextByItsFirstByteAndSaysSoOnce() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.3");
        try (LogCapture log = LogCapture.ofPackages(TlsContext.class, ShuffleServer.class)) {
            for (int i = 0; i < 3; i++) {
                try (RawClient raw = connect()) {
                    raw.sendBytes("00");
                    raw.awaitClose();
                }
            }
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN Closed the connection from /127.0.0.1:")
                    .contains("which does not speak TLS");
        }
    }

    @Test
    void saysNothingOfWhoConnectsAndCloses() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.3");
        try (LogCapture log = LogCapture.ofPackages(TlsContext.class, ShuffleServer.class)) {
            connect().close();
            JmxMetrics.await(CONNECTIONS, connections -> connections == 0);
            connect().reset();
            try (RawClient raw = connect()) {
                raw.sendBytes("16");
            }
            JmxMetrics.await(CONNECTIONS, connections -> connections == 0);
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void saysOnceThatRecordsAreNoTls() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.3");
        try (LogCapture log = LogCapture.ofPackages(TlsContext.class, ShuffleServer.class)) {
            for (int i = 1; i <= 3; i++) {
                long expected = i;
                try (RawClient raw = connect()) {
                    raw.sendBytes("16 0303 0004 00000000 ffffffffffff");
                    JmxMetrics.await(FAILURES, failures -> failures == expected);
                }
            }
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN ")
                    .contains("TLS failed: ");
        }
    }

    @Test
    void servesBothDuringAMigration() throws Exception {
        start(IoMode.AUTO, true, "TLSv1.3");
        try (RawClient encrypted = register(connectTls());
                RawClient plain = connect()) {
            assertThat(fetch(encrypted, "shuffle_0_6_0")).isEqualTo(block(LARGE, 3));
            assertThat(fetch(plain, "shuffle_0_6_0")).isEqualTo(block(LARGE, 3));
            assertThat(fetch(encrypted, "shuffle_0_5_1")).isEqualTo(block(MIDDLE, 2));
            assertThat(fetch(plain, "shuffle_0_5_1")).isEqualTo(block(MIDDLE, 2));
        }
    }

    @Test
    void usesARenewedCertificateForNewConnectionsWhileTheOthersGoOn() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.3");
        SSLSocket early = connectTls();
        try (RawClient before = register(early)) {
            String stream = before.openStream("00 'app' '7' 00000001 'shuffle_0_6_0'");
            before.send("00" + stream + "00000000");
            TestCertificate.keyStore(store, "second");
            limits.change(config(IoMode.AUTO, false, "TLSv1.3"));
            try (SSLSocket late = connectTls()) {
                late.startHandshake();
                assertThat(name(late)).isEqualTo("CN=second");
            }
            assertThat(chunk(before, stream, 0)).isEqualTo(block(LARGE, 3));
            assertThat(name(early)).isEqualTo("CN=first");
            Files.delete(store);
            try (LogCapture log = LogCapture.of(TlsContext.class)) {
                limits.change(config(IoMode.AUTO, false, "TLSv1.3"));
                assertThat(log.lines()).singleElement().asString().startsWith("ERROR ");
            }
            try (SSLSocket later = connectTls()) {
                later.startHandshake();
                assertThat(name(later)).isEqualTo("CN=second");
            }
            assertThat(fetch(before, "shuffle_0_5_0")).isEqualTo(block(SMALL, 1));
        }
    }

    @Test
    void largeBlocksThatNobodyReadsTakeLittleMemory() throws Exception {
        start(IoMode.AUTO, false, "TLSv1.3");
        List<RawClient> clients = new ArrayList<>();
        try (RawClient other = register(connectTls())) {
            for (int i = 0; i < 30; i++) {
                RawClient stalled = new RawClient(connectTls());
                clients.add(stalled);
                String stream = stalled.openStream("00 'app' '7' 00000001 'shuffle_0_6_0'");
                stalled.send("00" + stream + "00000000");
                assertThat(stalled.receiveRaw(Long.BYTES)).hasSize(Long.BYTES);
            }
            // For each two buffers, and an encrypted copy of them, in the units of the allocator.
            assertThat(JmxMetrics.value(MEMORY)).isLessThan(30L * 2 * 2 * 160 * 1024 + (8 << 20));
            for (RawClient stalled : clients) {
                stalled.close();
            }
            JmxMetrics.await(CONNECTIONS, connections -> connections == 1);
            assertThat(fetch(other, "shuffle_0_6_0")).isEqualTo(block(LARGE, 3));
        }
    }

    private void start(IoMode mode, boolean optional, String protocol) throws Exception {
        restartWith(mode, optional, protocol);
    }

    private void restartWith(IoMode mode, boolean optional, String protocol) throws Exception {
        daemon.stop();
        ServiceConfig config = config(mode, optional, protocol);
        limits = new ReloadableLimits(config);
        daemon = ShuffleDaemon.start(config, limits);
    }

    private ServiceConfig config(IoMode mode, boolean optional, String protocol) {
        ServiceConfig plain = config(mode, LONG, Long.MAX_VALUE);
        return new ServiceConfig(
                plain.host(),
                plain.port(),
                plain.transport(),
                plain.disks(),
                plain.expiry(),
                plain.cleanup(),
                plain.master(),
                plain.authentication(),
                new ServiceConfig.Tls(
                        true,
                        optional,
                        new ServiceConfig.TlsKeyStore(store, "PKCS12", new SecretText(TestCertificate.PASSWORD), null),
                        ServiceConfig.Tls.NONE.pem(),
                        protocol,
                        List.of()),
                plain.admin(),
                plain.diagnostics());
    }

    private SSLSocket connectTls() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), daemon.localAddress().getPort());
        return (SSLSocket) client.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    }

    private RawClient register(SSLSocket socket) throws IOException {
        RawClient raw = new RawClient(socket);
        assertThat(raw.rpc("02 'app' '7' 00000001 '" + localDir + "' 00000040 'sort'"))
                .isEqualTo("0400000000");
        return raw;
    }

    private static String name(SSLSocket socket) throws SSLException {
        X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    /** As Spark's clients do that have no trust store. */
    private static final class TrustsAnybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
