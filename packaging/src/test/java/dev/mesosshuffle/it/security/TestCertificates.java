package dev.mesosshuffle.it.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A key and its own certificate, for a few days, as a key store and as PEM, and a trust store that has this certificate
 * alone. Spark gives one set of files to both ends.
 */
public final class TestCertificates {
    private static final String PASSWORD = "certificate";
    private static final String ALIAS = "service";
    private static final int PEM_LINE = 64;

    private final Path folder;

    private TestCertificates(Path folder) {
        this.folder = folder;
    }

    /** Makes them by the JDK's keytool in a folder, which is created. */
    public static TestCertificates create(Path folder) throws Exception {
        Files.createDirectories(folder);
        TestCertificates made = new TestCertificates(folder);
        made.keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-validity",
                "3",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-keystore",
                made.keyStore());
        made.keytool("-exportcert", "-rfc", "-keystore", made.keyStore(), "-file", made.certificate());
        made.keytool("-importcert", "-noprompt", "-keystore", made.trustStore(), "-file", made.certificate());
        made.writePrivateKey();
        for (String secret : List.of(made.keyStore(), made.privateKey())) {
            Files.setPosixFilePermissions(Path.of(secret), PosixFilePermissions.fromString("rw-------"));
        }
        return made;
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", ALIAS, "-storepass", PASSWORD, "-storetype", "PKCS12"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            String printed = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + printed);
            }
        }
    }

    private void writePrivateKey() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(Path.of(keyStore()).toFile(), PASSWORD.toCharArray());
        byte[] key = store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
        Base64.Encoder encoder = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'});
        Files.writeString(
                Path.of(privateKey()),
                "-----BEGIN PRIVATE KEY-----\n" + encoder.encodeToString(key) + "\n-----END PRIVATE KEY-----\n");
    }

    /** The settings of either end with a key store. */
    public Map<String, String> keyStoreSettings() {
        return Map.of(
                "spark.ssl.rpc.enabled",
                "true",
                "spark.ssl.rpc.keyStore",
                keyStore(),
                "spark.ssl.rpc.keyStorePassword",
                PASSWORD,
                "spark.ssl.rpc.keyPassword",
                PASSWORD,
                "spark.ssl.rpc.trustStore",
                trustStore(),
                "spark.ssl.rpc.trustStorePassword",
                PASSWORD);
    }

    /** The settings of either end with PEM files. */
    public Map<String, String> pemSettings() {
        return Map.of(
                "spark.ssl.rpc.enabled",
                "true",
                "spark.ssl.rpc.openSslEnabled",
                "true",
                "spark.ssl.rpc.privateKey",
                privateKey(),
                "spark.ssl.rpc.certChain",
                certificate());
    }

    /** Has the key and the certificate take the place of others, as a renewal does: at once, never a part of them. */
    public void replace(TestCertificates others) throws IOException {
        replace(others, Files.readAllBytes(Path.of(keyStore())));
    }

    /** Has something else take the place of others' key and certificate. */
    public static void replace(TestCertificates others, byte[] content) throws IOException {
        Path replaced = Path.of(others.keyStore());
        Path next = Files.write(replaced.resolveSibling("next"), content);
        Files.move(next, replaced, StandardCopyOption.ATOMIC_MOVE);
    }

    private String keyStore() {
        return folder.resolve("key-store.p12").toString();
    }

    private String trustStore() {
        return folder.resolve("trust-store.p12").toString();
    }

    private String certificate() {
        return folder.resolve("certificate.pem").toString();
    }

    private String privateKey() {
        return folder.resolve("private-key.pem").toString();
    }
}
