package dev.mesosshuffle.config;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.SecretText;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings about authentication. What asks for a protection that would not exist stops the start. Used once, on one
 * thread.
 */
final class AuthenticationReader {
    private final ConfigLoader loader;
    private final RawSettings settings;
    private final List<String> errors;

    AuthenticationReader(ConfigLoader loader, RawSettings settings, List<String> errors) {
        this.loader = loader;
        this.settings = settings;
        this.errors = errors;
    }

    ServiceConfig.Authentication read() {
        boolean isOn = loader.value(AuthenticationKeys.AUTHENTICATE);
        AuthenticationMode mode = loader.value(AuthenticationKeys.MODE);
        Boolean crypto = loader.optional(AuthenticationKeys.CRYPTO);
        boolean saslFallback = loader.value(AuthenticationKeys.SASL_FALLBACK);
        boolean isCryptoAdmitted = !Objects.equals(crypto, false);
        ServiceConfig.Authentication authentication = new ServiceConfig.Authentication(
                isOn ? mode : AuthenticationMode.OFF,
                new ServiceConfig.Secrets(
                        literalSecret(),
                        origin(),
                        loader.optional(AuthenticationKeys.SPARK_SECRET_FILE),
                        loader.optional(AuthenticationKeys.SECRET_FILE),
                        loader.optional(AuthenticationKeys.SECRETS_FILE)),
                isCryptoAdmitted,
                // Without the other protocol there is nothing to fall back from.
                saslFallback || !isCryptoAdmitted,
                loader.value(AuthenticationKeys.SASL_ALWAYS_ENCRYPT),
                loader.value(AuthenticationKeys.SASL_BLOCK_SIZE).intValue(),
                loader.optional(AuthenticationKeys.CIPHER),
                loader.optional(AuthenticationKeys.KEY_VERSION));
        boolean clientsAskSasl = loader.value(AuthenticationKeys.SASL_ENCRYPTION);
        if (isOn) {
            check(authentication);
        } else {
            refuseWithoutAuthentication(Objects.equals(crypto, true), AuthenticationKeys.CRYPTO);
            refuseWithoutAuthentication(authentication.saslAlwaysEncrypt(), AuthenticationKeys.SASL_ALWAYS_ENCRYPT);
            refuseWithoutAuthentication(clientsAskSasl, AuthenticationKeys.SASL_ENCRYPTION);
            refuseWithoutAuthentication(settings.get(AuthenticationKeys.MODE) != null, AuthenticationKeys.MODE);
        }
        return isOn ? authentication : ServiceConfig.Authentication.NONE;
    }

    private void check(ServiceConfig.Authentication authentication) {
        if (!authentication.secrets().any()) {
            errors.add(AuthenticationKeys.AUTHENTICATE.name() + ": true without a secret (expected: "
                    + AuthenticationKeys.SECRET_FILE.name() + ", " + AuthenticationKeys.SECRETS_FILE.name() + ", "
                    + AuthenticationKeys.SPARK_SECRET_FILE.name() + ", " + AuthenticationKeys.SECRET.name() + " or the"
                    + " environment variable " + AuthenticationKeys.SECRET_VARIABLE + ")");
        }
        for (Map.Entry<String, RawSettings.Setting> entry : settings.all()) {
            if (entry.getKey().startsWith(AuthenticationKeys.LIBRARY_PREFIX)) {
                errors.add(Sanitizer.printable(entry.getKey()) + " from "
                        + entry.getValue().origin()
                        + ": an option of Apache Commons Crypto, which this service does not use"
                        + " (expected: no such key here; ciphers are those of the JVM, and the same to clients)");
            }
        }
    }

    /** Otherwise somebody believes to be protected who is not. */
    private void refuseWithoutAuthentication(boolean isAskedFor, ConfigKey<?> key) {
        RawSettings.Setting setting = settings.get(key);
        if (isAskedFor && setting != null) {
            errors.add(key.name() + ": " + Sanitizer.printable(setting.value()) + " from " + setting.origin()
                    + " while "
                    + AuthenticationKeys.AUTHENTICATE.name() + " is false (expected: both, since keys follow from the"
                    + " secret)");
        }
    }

    private @Nullable SecretText literalSecret() {
        String secret = loader.optional(AuthenticationKeys.SECRET);
        return secret == null ? null : new SecretText(secret);
    }

    private ServiceConfig.SecretOrigin origin() {
        RawSettings.Setting setting = settings.get(AuthenticationKeys.SECRET);
        if (setting == null) {
            return ServiceConfig.SecretOrigin.NONE;
        }
        return switch (setting.origin()) {
            case AuthenticationKeys.SECRET_VARIABLE -> ServiceConfig.SecretOrigin.ENVIRONMENT;
            case RawSettings.FROM_JVM, RawSettings.FROM_COMMAND_LINE -> ServiceConfig.SecretOrigin.COMMAND_LINE;
            default -> ServiceConfig.SecretOrigin.CONFIGURATION_FILE;
        };
    }
}
