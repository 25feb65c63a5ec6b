package dev.mesosshuffle;

import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.security.TlsContext;
import dev.mesosshuffle.security.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns the configuration of TLS into what encrypts connections, and has its files reread with the configuration. */
final class TlsSetup {
    private TlsSetup() {}

    /**
     * Returns what encrypts connections; null if TLS is not spoken.
     *
     * @throws IOException on one line, if a file is missing or wrong
     */
    static @Nullable TlsContext load(DaemonContext context, RateLimitedLogger failureLog) throws IOException {
        TlsContext.registerMetrics(context.metrics());
        ServiceConfig.Tls config = context.config().tls();
        if (!config.enabled()) {
            return null;
        }
        TlsContext tls =
                context.register(TlsContext.load(settings(config), failureLog, context.metrics(), context.events()));
        context.limits().onChange(tls::reload);
        return tls;
    }

    /**
     * Reads the files as a start does.
     *
     * @throws IOException on one line, if one is missing or wrong
     */
    static void check(ServiceConfig.Tls config) throws IOException {
        if (config.enabled()) {
            TlsContext.check(settings(config));
        }
    }

    private static TlsSettings settings(ServiceConfig.Tls config) {
        return new TlsSettings(config.optional(), key(config), config.protocol(), config.enabledAlgorithms());
    }

    private static TlsSettings.Key key(ServiceConfig.Tls config) {
        Path privateKey = config.pem().privateKey();
        Path certChain = config.pem().certChain();
        if (privateKey != null && certChain != null) {
            return new TlsSettings.PemFiles(privateKey, config.pem().password(), certChain);
        }
        return new TlsSettings.KeyStoreFile(
                Objects.requireNonNull(config.keyStore().file(), "a configuration without a certificate"),
                config.keyStore().type(),
                config.keyStore().password(),
                config.keyStore().keyPassword());
    }
}
