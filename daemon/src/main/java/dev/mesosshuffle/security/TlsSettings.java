package dev.mesosshuffle.security;

import dev.mesosshuffle.model.SecretText;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys of {@code spark.ssl.rpc}, as far as a server needs them.
 *
 * @param optional whether clients without TLS are served too
 * @param key the private key and its certificates
 * @param protocol the one version that is spoken, such as {@code TLSv1.3}
 * @param cipherSuites the cipher suites that are admitted; none for those that this class prefers
 */
public record TlsSettings(boolean optional, Key key, String protocol, List<String> cipherSuites) {
    /** Keeps its own copy of the cipher suites. */
    public TlsSettings {
        cipherSuites = List.copyOf(cipherSuites);
    }

    /** Where a private key and its certificates are. */
    public sealed interface Key {}

    /**
     * A key store of Java.
     *
     * @param file the key store
     * @param type its type, such as {@code JKS} or {@code PKCS12}
     * @param password the password of the store; null if it has none
     * @param keyPassword the password of the key; null if it is that of the store
     */
    public record KeyStoreFile(
            Path file,
            String type,
            @Nullable SecretText password,
            @Nullable SecretText keyPassword) implements Key {
        char @Nullable [] storeCharacters() {
            return characters(password);
        }

        char @Nullable [] keyCharacters() {
            return characters(Optional.ofNullable(keyPassword).orElse(password));
        }

        private static char @Nullable [] characters(@Nullable SecretText secret) {
            return secret == null ? null : secret.characters();
        }
    }

    /**
     * Files in PEM.
     *
     * @param privateKey the private key, in PKCS#8
     * @param password the password of the private key; null if it has none
     * @param certChain the certificate, and those that lead to its root
     */
    public record PemFiles(Path privateKey, @Nullable SecretText password, Path certChain) implements Key {}
}
