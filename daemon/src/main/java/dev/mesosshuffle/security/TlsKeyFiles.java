package dev.mesosshuffle.security;

import dev.mesosshuffle.logging.ErrorMessages;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a private key and its certificates. Reads disks: not for event loops. */
final class TlsKeyFiles {
    private static final Logger logger = LoggerFactory.getLogger(TlsKeyFiles.class);

    /** No key store of a server is that long, but a wrong file may be. */
    private static final int MAX_BYTES = 1 << 20;

    private TlsKeyFiles() {}

    /**
     * Begins a context with the key and the certificates. Warns of a certificate that is not valid now, and of a protected key
     * whose file everybody can read.
     *
     * @throws IOException on one line, with the file and what is wrong with it
     */
    static SslContextBuilder read(TlsSettings.Key key, Instant now) throws IOException {
        return key instanceof TlsSettings.KeyStoreFile store
                ? readStore(store, now)
                : readPem((TlsSettings.PemFiles) key, now);
    }

    private static SslContextBuilder readStore(TlsSettings.KeyStoreFile settings, Instant now) throws IOException {
        Path file = settings.file();
        try {
            KeyStore store = KeyStore.getInstance(settings.type());
            load(store, settings);
            List<String> keys = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    keys.add(alias);
                    checkDates(file, store.getCertificate(alias), now);
                }
            }
            if (keys.isEmpty()) {
                throw new IOException(file + ": no private key in it (expected: a key store with a key)");
            }
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, settings.keyCharacters());
            if (canOthersRead(file)) {
                logger.warn("{} holds a private key, and everybody can read it: chmod o-r {}", file, file);
            }
            return SslContextBuilder.forServer(managers);
        } catch (UnrecoverableKeyException e) {
            throw new IOException(file + ": the key cannot be decrypted (check spark.ssl.rpc.keyPassword)", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": " + ErrorMessages.reason(e), e);
        }
    }

    private static void load(KeyStore store, TlsSettings.KeyStoreFile settings)
            throws IOException, GeneralSecurityException {
        byte[] bytes = bytes(settings.file());
        try (InputStream in = new ByteArrayInputStream(bytes)) {
            store.load(in, settings.storeCharacters());
        } catch (IOException e) {
            String reason = e.getCause() instanceof UnrecoverableKeyException
                    ? "wrong password (check spark.ssl.rpc.keyStorePassword)"
                    : "not a key store of type " + settings.type() + " (check spark.ssl.rpc.keyStoreType)";
            throw new IOException(settings.file() + ": " + reason, e);
        }
    }

    private static SslContextBuilder readPem(TlsSettings.PemFiles settings, Instant now) throws IOException {
        byte[] chain = bytes(settings.certChain());
        byte[] key = bytes(settings.privateKey());
        checkChain(settings.certChain(), chain, now);
        // The key itself, unless a password protects it, must be nobody else's.
        if (canOthersRead(settings.privateKey())) {
            if (!isEncrypted(key)) {
                throw new IOException(settings.privateKey() + ": everybody can read the private key (chmod o-r "
                        + settings.privateKey() + ")");
            }
            logger.warn(
                    "{} holds a private key, and everybody can read it: chmod o-r {}",
                    settings.privateKey(),
                    settings.privateKey());
        }
        String password = settings.password() == null
                ? null
                : String.valueOf(settings.password().characters());
        try (InputStream chainIn = new ByteArrayInputStream(chain);
                InputStream keyIn = new ByteArrayInputStream(key)) {
            return isEncrypted(key)
                    ? SslContextBuilder.forServer(chainIn, keyIn, password)
                    : SslContextBuilder.forServer(chainIn, keyIn);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    settings.privateKey()
                            + (isEncrypted(key)
                                    ? ": the key cannot be decrypted (check spark.ssl.rpc.privateKeyPassword)"
                                    : ": no private key in it (expected: PEM, in PKCS#8)"),
                    e);
        }
    }

    private static void checkChain(Path file, byte[] chain, Instant now) throws IOException {
        try (InputStream in = new ByteArrayInputStream(chain)) {
            List<Certificate> certificates =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (certificates.isEmpty()) {
                throw new IOException(file + ": no certificate in it (expected: PEM)");
            }
            checkDates(file, certificates.get(0), now);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": " + ErrorMessages.reason(e) + " (expected: certificates as PEM)", e);
        }
    }

    private static void checkDates(Path file, Certificate certificate, Instant now) {
        if (certificate instanceof X509Certificate x509) {
            Instant end = x509.getNotAfter().toInstant();
            Instant begin = x509.getNotBefore().toInstant();
            if (now.isAfter(end)) {
                logger.warn("{}: the certificate expired on {}; renew it, then send SIGHUP", file, end);
            } else if (now.isBefore(begin)) {
                logger.warn("{}: the certificate is not valid before {}; check the clock", file, begin);
            }
        }
    }

    private static boolean isEncrypted(byte[] pem) {
        return new String(pem, StandardCharsets.ISO_8859_1).contains("ENCRYPTED PRIVATE KEY");
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IOException(file + (Files.exists(file) ? ": not a regular file" : ": No such file"));
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + ": " + Files.size(file) + " bytes (expected: at most " + MAX_BYTES + ")");
            }
            return Files.readAllBytes(file);
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException(ErrorMessages.of(e), e);
        }
    }

    private static boolean canOthersRead(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    }
}
