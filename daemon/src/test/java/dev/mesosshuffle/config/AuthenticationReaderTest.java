package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.model.SecretText;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationReaderTest {
    private static final long HEAP = 512L << 20;
    private static final String ON = "spark.authenticate";
    private static final String SECRET = "spark.authenticate.secret";
    private static final String MODE = "spark.mesos.shuffle.service.authentication";

    @Test
    void asksNobodyForAProofByDefault() throws ConfigException {
        assertThat(authentication(Map.of())).isEqualTo(ServiceConfig.Authentication.NONE);
        assertThat(authentication(Map.of(SECRET, "sesame"))).isEqualTo(ServiceConfig.Authentication.NONE);
    }

    @Test
    void requiresAProofFromEverybodyUnlessItIsOptional() throws ConfigException {
        assertThat(authentication(Map.of(ON, "true", SECRET, "s")).mode()).isEqualTo(AuthenticationMode.REQUIRED);
        assertThat(authentication(Map.of(ON, "true", SECRET, "s", MODE, "optional"))
                        .mode())
                .isEqualTo(AuthenticationMode.OPTIONAL);
    }

    @ParameterizedTest
    @CsvSource({
        // crypto.enabled, crypto.saslFallback, is crypto admitted, is SASL
        "'',     '',    true,  true",
        "true,   '',    true,  true",
        "true,   false, true,  false",
        "'',     false, true,  false",
        "false,  '',    false, true",
        "false,  false, false, true"
    })
    void admitsBothProtocolsUnlessOneIsExcludedAndNeverNone(
            String crypto, String saslFallback, boolean isCrypto, boolean isSasl) throws ConfigException {
        Map<String, String> settings = new HashMap<>(Map.of(ON, "true", SECRET, "s"));
        if (!crypto.isEmpty()) {
            settings.put("spark.network.crypto.enabled", crypto);
        }
        if (!saslFallback.isEmpty()) {
            settings.put("spark.network.crypto.saslFallback", saslFallback);
        }
        ServiceConfig.Authentication authentication = authentication(settings);
        assertThat(authentication.crypto()).isEqualTo(isCrypto);
        assertThat(authentication.sasl()).isEqualTo(isSasl);
    }

    @Test
    void admitsEveryCipherAndVersionUnlessOneIsNamed() throws ConfigException {
        ServiceConfig.Authentication any = authentication(Map.of(ON, "true", SECRET, "s"));
        assertThat(any.cipher()).isNull();
        assertThat(any.keyVersion()).isNull();
        ServiceConfig.Authentication one = authentication(Map.of(
                ON,
                "true",
                SECRET,
                "s",
                "spark.network.crypto.cipher",
                "AES/CTR/NoPadding",
                "spark.network.crypto.authEngineVersion",
                "1"));
        assertThat(one.cipher()).isEqualTo(CryptoCipher.CTR);
        assertThat(one.keyVersion()).isOne();
    }

    @Test
    void doesNotStartWithoutAnySecret() {
        assertThatThrownBy(() -> load(Map.of(), Map.of(ON, "true")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("spark.authenticate: true without a secret (expected:"
                        + " spark.mesos.shuffle.service.secret.file, spark.mesos.shuffle.service.secrets.file,"
                        + " spark.authenticate.secret.file, spark.authenticate.secret or the environment variable"
                        + " _SPARK_AUTH_SECRET)");
    }

    @ParameterizedTest
    @CsvSource({
        "spark.mesos.shuffle.service.secret.file",
        "spark.mesos.shuffle.service.secrets.file",
        "spark.authenticate.secret.file"
    })
    void startsWithASecretInAnyFile(String key) throws ConfigException {
        ServiceConfig.Secrets secrets =
                authentication(Map.of(ON, "true", key, "/etc/secret")).secrets();
        assertThat(secrets.literal()).isNull();
        assertThat(secrets.origin()).isEqualTo(ServiceConfig.SecretOrigin.NONE);
        assertThat(new Path[] {secrets.file(), secrets.applicationsFile(), secrets.sparkFile()})
                .containsOnlyOnce(Path.of("/etc/secret"));
    }

    @Test
    void prefersTheEnvironmentsSecretAsItIsToAllOthers() throws ConfigException {
        LoadedConfig loaded = load(Map.of("_SPARK_AUTH_SECRET", " open "), Map.of(ON, "true", SECRET, "sesame"));
        ServiceConfig.Secrets secrets = loaded.config().authentication().secrets();
        assertThat(secrets.literal()).isEqualTo(new SecretText(" open "));
        assertThat(secrets.origin()).isEqualTo(ServiceConfig.SecretOrigin.ENVIRONMENT);
        assertThat(loaded.table()).contains("_SPARK_AUTH_SECRET").doesNotContain("sesame", "open ");
    }

    @Test
    void tellsASecretThatOthersCanSeeFromOneInAFile() throws ConfigException {
        assertThat(authentication(Map.of(ON, "true", SECRET, "s")).secrets().origin())
                .isEqualTo(ServiceConfig.SecretOrigin.COMMAND_LINE);
        LoadedConfig fromJvm = ConfigLoader.load(
                new ConfigSources(Map.of(), null, null, Map.of(ON, "true", SECRET, "s"), Map.of(), HEAP));
        assertThat(fromJvm.config().authentication().secrets().origin())
                .isEqualTo(ServiceConfig.SecretOrigin.COMMAND_LINE);
    }

    /** A longer block would not fit into what is kept of a connection that is not read. */
    @Test
    void encryptsUpTo128KibAtATimeBySasl() throws ConfigException {
        String key = "spark.network.sasl.maxEncryptedBlockSize";
        assertThat(authentication(Map.of(ON, "true", SECRET, "s", key, "128k")).maxSaslBlockBytes())
                .isEqualTo(131_072);
        assertThatThrownBy(() -> load(Map.of(), Map.of(ON, "true", SECRET, "s", key, "129k")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(key + ": 129k from --conf (expected: a size such as 64k, from 1k to 128k)");
    }

    @Test
    void neverShowsASecret() throws ConfigException {
        LoadedConfig loaded = load(Map.of(), Map.of(ON, "true", SECRET, "sesame"));
        assertThat(loaded.table()).contains("********").doesNotContain("sesame");
        assertThat(loaded.config().toString()).contains("(secret)").doesNotContain("sesame");
        assertThatThrownBy(() -> load(Map.of(), Map.of(ON, "maybe", SECRET, "sesame")))
                .hasMessageNotContaining("sesame");
    }

    @ParameterizedTest
    @CsvSource({
        "spark.network.crypto.enabled, true",
        "spark.network.sasl.serverAlwaysEncrypt, true",
        "spark.authenticate.enableSaslEncryption, true",
        "spark.mesos.shuffle.service.authentication, required"
    })
    void doesNotStartIfWhatIsAskedForNeedsAuthentication(String key, String value) throws ConfigException {
        assertThatThrownBy(() -> load(Map.of(), Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(key + ": " + value + " from --conf while spark.authenticate is false (expected: both, since"
                        + " keys follow from the secret)");
        authentication(Map.of(ON, "true", SECRET, "s", key, value));
    }

    @Test
    void doesNotStartWithOptionsOfALibraryThatItDoesNotUse() throws ConfigException {
        String key = "spark.network.crypto.config.cipher.classes";
        assertThatThrownBy(() -> load(Map.of(), Map.of(ON, "true", SECRET, "s", key, "org.example.Cipher")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(key + " from --conf: an option of Apache Commons Crypto");
        authentication(Map.of(key, "org.example.Cipher"));
    }

    private static ServiceConfig.Authentication authentication(Map<String, String> settings) throws ConfigException {
        return load(Map.of(), settings).config().authentication();
    }

    private static LoadedConfig load(Map<String, String> environment, Map<String, String> settings)
            throws ConfigException {
        return ConfigLoader.load(new ConfigSources(environment, null, null, Map.of(), settings, HEAP));
    }
}
