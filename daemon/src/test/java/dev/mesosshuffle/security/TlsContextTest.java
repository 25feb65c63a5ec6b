package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.SecretText;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.TestCertificate;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files and settings TLS starts with, and what the log says about the others. */
class TlsContextTest {
    @TempDir
    private Path dir;

    private final LogCapture log = LogCapture.ofPackages(TlsContext.class);
    private Path store;

    @BeforeEach
    void makeCertificate() throws Exception {
        store = TestCertificate.keyStore(dir.resolve("store.p12"), "service", "-validity", "36500");
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void takesAKeyStoreAndSaysNothing() throws Exception {
        load(settings(store(TestCertificate.PASSWORD), "TLSv1.3"));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void takesAKeyStoreWhoseTypeIsTheDefault() throws Exception {
        load(settings(
                new TlsSettings.KeyStoreFile(store, "JKS", new SecretText(TestCertificate.PASSWORD), null), "TLSv1.3"));
    }

    @Test
    void takesFilesInPem() throws Exception {
        load(settings(pem(null), "TLSv1.3"));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void tellsThatAFileIsMissing() {
        Path missing = dir.resolve("missing");
        assertRefused(new TlsSettings.KeyStoreFile(missing, "JKS", null, null), missing + ": No such file");
        assertRefused(new TlsSettings.PemFiles(missing, null, missing), missing + ": No such file");
    }

    @Test
    void tellsThatAPasswordIsWrong() {
        assertRefused(store("sesame"), store + ": wrong password (check spark.ssl.rpc.keyStorePassword)");
    }

    @Test
    void tellsThatAFileIsNoKeyStore() throws Exception {
        Path text = Files.writeString(dir.resolve("text"), "no key store");
        assertRefused(
                new TlsSettings.KeyStoreFile(text, "PKCS12", new SecretText("x"), null),
                text + ": not a key store of type PKCS12 (check spark.ssl.rpc.keyStoreType)");
    }

    @Test
    void tellsThatAFileHasNoKeyOrNoCertificate() throws Exception {
        Path text = Files.writeString(dir.resolve("text"), "no key");
        Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("rw-------"));
        Path certificate = TestCertificate.certificate(store, dir.resolve("cert.pem"));
        assertRefused(
                new TlsSettings.PemFiles(text, null, certificate),
                text + ": no private key in it (expected: PEM, in PKCS#8)");
        Path empty = Files.createFile(dir.resolve("empty"));
        assertRefused(new TlsSettings.PemFiles(text, null, empty), empty + ": no certificate in it (expected: PEM)");
    }

    @Test
    void refusesAKeyThatEverybodyCanReadAndTakesOneThatItsGroupCanRead() throws Exception {
        TlsSettings.PemFiles pem = pem(null);
        Files.setPosixFilePermissions(pem.privateKey(), PosixFilePermissions.fromString("rw-r-----"));
        load(settings(pem, "TLSv1.3"));
        Files.setPosixFilePermissions(pem.privateKey(), PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(
                pem, pem.privateKey() + ": everybody can read the private key (chmod o-r " + pem.privateKey() + ")");
    }

    @Test
    void warnsOfAKeyStoreThatEverybodyCanRead() throws Exception {
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-r--r--"));
        load(settings(store(TestCertificate.PASSWORD), "TLSv1.3"));
        assertThat(log.lines())
                .containsExactly(
                        "WARN " + store + " holds a private key, and everybody can read it: chmod o-r " + store);
    }

    @Test
    void warnsOfACertificateThatIsNotValidNow() throws Exception {
        TestCertificate.keyStore(store, "service", "-startdate", "-10d", "-validity", "1");
        load(settings(store(TestCertificate.PASSWORD), "TLSv1.3"));
        TestCertificate.keyStore(store, "service", "-startdate", "+10d", "-validity", "100");
        load(settings(pem(null), "TLSv1.3"));
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(0)).contains("the certificate expired on", "SIGHUP");
        assertThat(log.lines().get(1)).contains("the certificate is not valid before");
    }

    @Test
    void tellsThatNoCipherSuiteIsLeft() {
        TlsSettings none = new TlsSettings(
                false, store(TestCertificate.PASSWORD), "TLSv1.3", List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> load(none))
                .withMessage("spark.ssl.rpc.enabledAlgorithms: none of them is one of TLSv1.3 (expected: at least one,"
                        + " such as TLS_AES_128_GCM_SHA256)");
    }

    @Test
    void admitsOnlyTheSuitesThatAreNamedInItsOwnOrder() throws Exception {
        TlsSettings two = new TlsSettings(
                false,
                store(TestCertificate.PASSWORD),
                "TLSv1.2",
                List.of(
                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                        "TLS_NEVER_HEARD_OF"));
        try (TlsContext tls = context(two)) {
            SslHandler handler = tls.newHandler(UnpooledByteBufAllocator.DEFAULT, "10.0.0.1");
            assertThat(handler.engine().getEnabledCipherSuites())
                    .containsExactly(
                            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            assertThat(handler.engine().getEnabledProtocols()).containsExactly("TLSv1.2");
            assertThat(handler.engine().getSSLParameters().getUseCipherSuitesOrder())
                    .isTrue();
        }
    }

    @Test
    void keepsWhatItHasIfItCannotBeReread() throws Exception {
        try (TlsContext tls = context(settings(store(TestCertificate.PASSWORD), "TLSv1.3"))) {
            Files.delete(store);
            tls.reload();
            assertThat(log.lines())
                    .containsExactly("ERROR The certificate for TLS was not reread, the one before stays in use: "
                            + store + ": No such file");
            assertThatNoException().isThrownBy(() -> tls.newHandler(UnpooledByteBufAllocator.DEFAULT, "10.0.0.1"));
        }
    }

    private void assertRefused(TlsSettings.Key key, String message) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> load(settings(key, "TLSv1.3")))
                .withMessage(message);
    }

    private TlsSettings.Key store(String password) {
        return new TlsSettings.KeyStoreFile(store, "PKCS12", new SecretText(password), null);
    }

    private TlsSettings.PemFiles pem(@Nullable SecretText password) throws Exception {
        return new TlsSettings.PemFiles(
                TestCertificate.privateKey(store, dir.resolve("key.pem")),
                password,
                TestCertificate.certificate(store, dir.resolve("cert.pem")));
    }

    private static TlsSettings settings(TlsSettings.Key key, String protocol) {
        return new TlsSettings(false, key, protocol, List.of());
    }

    private static void load(TlsSettings settings) throws IOException {
        context(settings).close();
    }

    private static TlsContext context(TlsSettings settings) throws IOException {
        return TlsContext.load(
                settings, new RateLimitedLogger(System::nanoTime), new MetricRegistry(), EventRecorder.NONE);
    }
}
