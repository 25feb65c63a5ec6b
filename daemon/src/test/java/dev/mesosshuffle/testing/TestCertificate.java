package dev.mesosshuffle.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

/** Makes key stores and PEM files by the JDK's keytool. */
public final class TestCertificate {
    /** The password of each key store. */
    public static final String PASSWORD = "changeit";

    private static final String ALIAS = "service";

    private TestCertificate() {}

    /** Makes a key store of type PKCS12 with a certificate for a name. */
    public static Path keyStore(Path file, String name, String... more) throws Exception {
        Files.deleteIfExists(file);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString()));
        Collections.addAll(command, more);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    /** Writes the private key of a key store as PEM, readable by its owner alone. */
    public static Path privateKey(Path keyStore, Path file) throws Exception {
        byte[] key = load(keyStore).getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
        Files.writeString(file, pem("PRIVATE KEY", key));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Writes the certificate of a key store as PEM. */
    public static Path certificate(Path keyStore, Path file) throws Exception {
        Certificate certificate = load(keyStore).getCertificate(ALIAS);
        return Files.writeString(file, pem("CERTIFICATE", certificate.getEncoded()));
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            return store;
        }
    }

    private static String pem(String what, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }
}
