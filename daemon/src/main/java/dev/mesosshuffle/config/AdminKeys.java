package dev.mesosshuffle.config;

import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.model.SecretText;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The keys of the admin server. */
final class AdminKeys {
    private static final String PREFIX = ConfigKeys.OWN_PREFIX + "admin.";

    /** The default port lies this far above the service's, so that services on neighbouring ports do not meet. */
    private static final int PORT_DISTANCE = 10_000;

    private static final int MAX_PORT = 65_535;

    /** A name other than this one may be any host's one day. */
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1|0:0:0:0:0:0:0:1", Pattern.CASE_INSENSITIVE);

    static final ConfigKey<Integer> PORT = key(
            "port",
            "(spark.shuffle.service.port + 10000)",
            ValueParsers.integer(0, MAX_PORT, "0 to 65535; 0 for none"),
            "The port of the admin server: metrics, health, the status page and the API over HTTP. 0 turns it off, as does a"
                    + " service port of 0 or above 55535 while this key is unset. If this key or admin.host is set, the port"
                    + " must be free; otherwise the service runs without the admin server if it is not.");

    static final ConfigKey<String> HOST = key(
            "host",
            "127.0.0.1",
            ValueParsers.text("an address or host name of this machine"),
            "The address of the admin server. Beyond the loopback address it needs TLS and credentials, or"
                    + " admin.openEndpoints.");

    static final ConfigKey<Set<AdminEndpoint>> OPEN_ENDPOINTS = key(
            "openEndpoints",
            "(none)",
            new EndpointsParser(),
            "What everybody who reaches the admin server may read without credentials: some of metrics, health, page and"
                    + " api, separated by commas.");

    static final ConfigKey<Path> CREDENTIALS_FILE = key(
            "credentials.file",
            "(none)",
            ValueParsers.path(),
            "A file with those who may ask the admin server, one line NAME:SECRET each. Readable by nobody else. With it,"
                    + " requests need one of them, except for admin.openEndpoints. Without it, nobody can keep, release or"
                    + " remove applications over HTTP. It is reread on SIGHUP.");

    static final ConfigKey<Path> PRIVATE_KEY = key(
            "tls.privateKey",
            "(none)",
            ValueParsers.path(),
            "The private key of the admin server in PEM (PKCS#8), together with admin.tls.certChain. It is reread on"
                    + " SIGHUP.");

    static final ConfigKey<SecretText> PRIVATE_KEY_PASSWORD = new ConfigKey<>(
            PREFIX + "tls.privateKeyPassword",
            "(none)",
            ValueParsers.secret("a password"),
            true,
            "The password of that private key.");

    static final ConfigKey<Path> CERT_CHAIN = key(
            "tls.certChain",
            "(none)",
            ValueParsers.path(),
            "The certificate of the admin server in PEM, and those that lead to its root. It is reread on SIGHUP.");

    private AdminKeys() {}

    /** In the order in which documents list them. */
    static List<ConfigKey<?>> all() {
        return List.of(PORT, HOST, OPEN_ENDPOINTS, CREDENTIALS_FILE, PRIVATE_KEY, PRIVATE_KEY_PASSWORD, CERT_CHAIN);
    }

    /**
     * Reads them all. What is wrong becomes an error of the loader.
     *
     * @param servicePort the service's own port
     */
    static ServiceConfig.Admin read(ConfigLoader loader, int servicePort) {
        Integer port = loader.given(PORT);
        String givenHost = loader.given(HOST);
        loader.recordDefault(HOST, HOST.defaultText());
        String host = givenHost == null ? HOST.defaultText() : givenHost;
        Set<AdminEndpoint> open = loader.optional(OPEN_ENDPOINTS);
        ServiceConfig.Admin admin = new ServiceConfig.Admin(
                port == null ? defaultPort(loader, servicePort) : port,
                port != null || givenHost != null,
                host,
                LOOPBACK.matcher(host).matches(),
                open == null ? Set.of() : open,
                loader.optional(CREDENTIALS_FILE),
                new ServiceConfig.TlsPem(
                        loader.optional(PRIVATE_KEY),
                        loader.optional(PRIVATE_KEY_PASSWORD),
                        loader.optional(CERT_CHAIN)));
        check(admin, loader);
        return admin;
    }

    private static int defaultPort(ConfigLoader loader, int servicePort) {
        boolean none = servicePort == 0 || servicePort > MAX_PORT - PORT_DISTANCE;
        int port = none ? 0 : servicePort + PORT_DISTANCE;
        loader.recordDefault(PORT, String.valueOf(port));
        return port;
    }

    private static void check(ServiceConfig.Admin admin, ConfigLoader loader) {
        ServiceConfig.TlsPem tls = admin.tls();
        if ((tls.privateKey() == null) != (tls.certChain() == null)) {
            loader.addError(PRIVATE_KEY.name() + " and " + CERT_CHAIN.name()
                    + ": one of them without the other (expected: both or neither)");
        }
        boolean isProtected = tls.isComplete() && admin.credentialsFile() != null;
        if (admin.port() != 0
                && !admin.isLoopback()
                && !isProtected
                && admin.openEndpoints().isEmpty()) {
            loader.addError(
                    HOST.name() + ": others than this host could reach it, without TLS and credentials (expected: "
                            + PRIVATE_KEY.name() + ", " + CERT_CHAIN.name() + " and " + CREDENTIALS_FILE.name()
                            + "; or what everybody may read in " + OPEN_ENDPOINTS.name() + "; or 127.0.0.1)");
        }
    }

    private static <T> ConfigKey<T> key(String name, String defaultText, ValueParser<T> parser, String description) {
        return new ConfigKey<>(PREFIX + name, defaultText, parser, false, description);
    }

    /** A list of endpoints. */
    private static final class EndpointsParser implements ValueParser<Set<AdminEndpoint>> {
        private final ValueParser<List<String>> names =
                ValueParsers.names("some of metrics, health, page and api, separated by commas");

        @Override
        public Set<AdminEndpoint> parse(String text) {
            Set<AdminEndpoint> endpoints = EnumSet.noneOf(AdminEndpoint.class);
            for (String name : names.parse(text)) {
                endpoints.add(AdminEndpoint.valueOf(name.toUpperCase(Locale.ROOT)));
            }
            return endpoints;
        }

        @Override
        public String expected() {
            return names.expected();
        }
    }
}
