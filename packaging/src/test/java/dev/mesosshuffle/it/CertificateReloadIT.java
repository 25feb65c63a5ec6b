package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.security.MeteredDaemon;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.TestCertificates;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.FreePort;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose certificate, and whose secret, are renewed while an executor is connected, as an operator does it. */
final class CertificateReloadIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String FIRST = "the first secret of the whole cluster";
    private static final String SECOND = "the second secret of the whole cluster";
    private static final String REREAD = "Reread the certificate for TLS; new connections use it";
    private static final String NOT_REREAD =
            "ERROR .*The certificate for TLS was not reread, the one before stays in use: ";
    private static final String BLOCK = "shuffle_0_0_0";
    private static final int NOT_TLS = 0;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private TestCertificates certificates;
    private TestCertificates renewed;
    private Path secret;
    private MeteredDaemon daemon;
    private int adminPort;

    @BeforeEach
    void startDaemon() throws Exception {
        certificates = TestCertificates.create(folder.resolve("certificates"));
        renewed = TestCertificates.create(folder.resolve("renewed"));
        secret = writeSecret("secret", FIRST);
        adminPort = FreePort.find();
        Map<String, String> settings = Map.of(
                "spark.authenticate",
                "true",
                "spark.mesos.shuffle.service.secret.file",
                secret.toString(),
                "spark.mesos.shuffle.service.admin.port",
                Integer.toString(adminPort));
        daemon = MeteredDaemon.start(folder, ProtectionMode.TLS_ALONE, certificates, settings);
    }

    @AfterEach
    void stopDaemon() throws Exception {
        daemon.close();
    }

    @Test
    void takesOverNewFilesForNewConnectionsWhileTheOldOnesGoOn() throws Exception {
        try (SparkClient early = connect("early", certificates, FIRST)) {
            LocalDirs dirs = register("early", early);
            assertThat(early.fetch("1", List.of(BLOCK)).blocks()).hasSize(1);

            renewsTheCertificate();
            keepsTheCertificateIfTheNextOneIsBroken();
            takesOverANewSecret();
            showsWhoDoesNotSpeakTls();

            long handshakes = handshakes();
            dirs.writeMapOutput(1, 0, List.of(new byte[] {1}));
            assertThat(early.fetch("1", List.of("shuffle_1_0_0")).blocks()).hasSize(1);
            assertThat(handshakes()).as("the connection is the first one").isEqualTo(handshakes);
        }
    }

    private void renewsTheCertificate() throws Exception {
        renewed.replace(certificates);
        daemon.process().signal("HUP");
        daemon.process().await(REREAD, LIMIT);

        try (SparkClient client = connect("renewed", renewed, FIRST)) {
            register("renewed", client);
        }
        try (SparkClient client = connect("distrusts", certificates, FIRST)) {
            assertThatThrownBy(() -> register("distrusts", client)).isNotNull();
        }
    }

    private void keepsTheCertificateIfTheNextOneIsBroken() throws Exception {
        TestCertificates.replace(certificates, "no key store".getBytes(StandardCharsets.UTF_8));
        daemon.process().signal("HUP");
        daemon.process().await(NOT_REREAD + ".*key-store.p12: ", LIMIT);

        try (SparkClient client = connect("kept", renewed, FIRST)) {
            register("kept", client);
        }
        assertThat(daemon.process().output().linesWith(Pattern.compile(NOT_REREAD)))
                .hasSize(1);
        assertThat(daemon.process().output().linesWith(Pattern.compile(REREAD))).hasSize(1);
    }

    private void takesOverANewSecret() throws Exception {
        Path next = writeSecret("next", SECOND);
        // As if it had been written a while ago: one that was written just now might be a part of it.
        Files.setLastModifiedTime(next, FileTime.from(Instant.now().minusSeconds(10)));
        Files.move(next, secret, StandardCopyOption.ATOMIC_MOVE);

        Await.until("the second secret", LIMIT, () -> canRegister(SECOND));
        daemon.process().await("secret.file: .* has changed and is in use now", LIMIT);
        assertThat(canRegister(FIRST)).isFalse();
        for (String text : List.of(FIRST, SECOND)) {
            assertThat(daemon.process().output().linesWith(Pattern.compile(text)))
                    .isEmpty();
        }
    }

    private void showsWhoDoesNotSpeakTls() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), daemon.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(NOT_TLS);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }

        HttpRequest events = HttpRequest.newBuilder(
                        URI.create("http://" + FreePort.LOOPBACK + ':' + adminPort + "/api/v1/events"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(events, HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("refused: it does not speak TLS", "refused: TLS failed: ");
    }

    private boolean canRegister(String with) {
        try (SparkClient client = connect("secret", renewed, with)) {
            register("secret", client);
            return true;
        } catch (Exception e) {
            return false;
        }
    }

    private LocalDirs register(String appId, SparkClient client) throws Exception {
        LocalDirs dirs = LocalDirs.create(daemon.localRoot(), appId, 1);
        dirs.writeMapOutput(0, 0, List.of(new byte[] {1}));
        client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
        return dirs;
    }

    private SparkClient connect(String appId, TestCertificates trusted, String with) throws Exception {
        return SparkClients.connect(
                SparkVersion.V4_2_0, daemon.port(), appId, ProtectionMode.TLS_SASL.ofClients(trusted, with));
    }

    private long handshakes() throws Exception {
        return daemon.counted().getOrDefault("tlsHandshakes", 0L);
    }

    private Path writeSecret(String name, String content) throws Exception {
        Path file = Files.createFile(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }
}
