package dev.mesosshuffle;

import dev.mesosshuffle.admin.ApplicationOperations;
import dev.mesosshuffle.api.ApiRoutes;
import dev.mesosshuffle.api.HealthRoutes;
import dev.mesosshuffle.api.OperationRoutes;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.HostName;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.metrics.PrometheusExposition;
import dev.mesosshuffle.page.StatusPage;
import dev.mesosshuffle.process.HealthReport;
import dev.mesosshuffle.security.OperatorCredentials;
import dev.mesosshuffle.security.SecretException;
import dev.mesosshuffle.security.TlsContext;
import dev.mesosshuffle.security.TlsSettings;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.web.AdminServer;
import dev.mesosshuffle.web.AdminServerConfig;
import dev.mesosshuffle.web.CredentialVerifier;
import dev.mesosshuffle.web.RequestRoute;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin server and what it serves. Its address is bound before the service listens, so that a wrong setting stops the start;
 * it serves after that. This class is loaded only if there is such a server.
 */
final class AdminFlow {
    private static final Logger logger = LoggerFactory.getLogger(AdminFlow.class);

    private final AdminServer server;
    private final @Nullable CredentialVerifier verifier;

    private AdminFlow(AdminServer server, @Nullable CredentialVerifier verifier) {
        this.server = server;
        this.verifier = verifier;
    }

    /**
     * Binds the address of the admin server.
     *
     * @return the flow; null if its default port cannot be bound, which is logged: the service runs without it
     * @throws IOException on one line, if a port that is set cannot be bound, or a file is wrong
     */
    static @Nullable AdminFlow bind(DaemonContext context) throws IOException {
        ServiceConfig.Admin config = context.config().admin();
        Path file = config.credentialsFile();
        OperatorCredentials credentials = file == null ? null : credentials(() -> OperatorCredentials.read(file));
        TlsSettings settings = tlsSettings(config.tls());
        TlsContext tls = settings == null
                ? null
                : tls(() -> TlsContext.load(
                        settings, new RateLimitedLogger(System::nanoTime), context.metrics(), EventRecorder.NONE));
        AdminServerConfig server =
                new AdminServerConfig(config.host(), config.port(), config.isLoopback(), config.openEndpoints());
        try {
            AdminServer bound = context.register(AdminServer.bind(server, tls, context.metrics()));
            if (tls != null) {
                context.limits().onChange(tls::reload);
            }
            if (credentials != null) {
                context.limits().onChange(credentials::reload);
            }
            return new AdminFlow(bound, credentials == null ? null : verifier(credentials));
        } catch (IOException e) {
            if (tls != null) {
                tls.close();
            }
            if (config.isPortSet()) {
                throw new IOException(
                        "the admin server " + ErrorMessages.of(e)
                                + "; set spark.mesos.shuffle.service.admin.port and admin.host, or the port to 0 for none",
                        e);
            }
            logger.warn(
                    "No admin server, since it {}. The service runs without it. To have one, set"
                            + " spark.mesos.shuffle.service.admin.port.",
                    ErrorMessages.of(e));
            return null;
        }
    }

    /**
     * Reads the files of the admin server as a start does, and binds nothing.
     *
     * @throws IOException on one line, if one is missing or wrong
     */
    static void check(ServiceConfig.Admin config) throws IOException {
        Path file = config.credentialsFile();
        if (file != null) {
            credentials(() -> {
                OperatorCredentials.check(file);
                return file;
            });
        }
        TlsSettings settings = tlsSettings(config.tls());
        if (settings != null) {
            tls(() -> {
                TlsContext.check(settings);
                return settings;
            });
        }
    }

    /** Reads a file with secrets. */
    private interface SecretReader<T> {
        T read() throws SecretException;
    }

    private static <T> T credentials(SecretReader<T> reader) throws IOException {
        try {
            return reader.read();
        } catch (SecretException e) {
            throw new IOException("spark.mesos.shuffle.service.admin.credentials.file: " + e.getMessage(), e);
        }
    }

    private static CredentialVerifier verifier(OperatorCredentials credentials) {
        return new CredentialVerifier() {
            @Override
            public @Nullable String userOfToken(String token) {
                return credentials.userOfToken(token);
            }

            @Override
            public @Nullable String userOfPassword(String name, String secret) {
                return credentials.userOfPassword(name, secret);
            }
        };
    }

    private static @Nullable TlsSettings tlsSettings(ServiceConfig.TlsPem config) {
        Path privateKey = config.privateKey();
        Path certChain = config.certChain();
        return privateKey == null || certChain == null
                ? null
                : new TlsSettings(
                        false,
                        new TlsSettings.PemFiles(privateKey, config.password(), certChain),
                        "TLSv1.3",
                        List.of());
    }

    /** Reads a key and its certificate. */
    private interface CertificateReader<T> {
        T read() throws IOException;
    }

    private static <T> T tls(CertificateReader<T> reader) throws IOException {
        try {
            return reader.read();
        } catch (IOException e) {
            throw new IOException("spark.mesos.shuffle.service.admin.tls: " + ErrorMessages.of(e), e);
        }
    }

    /**
     * What is served.
     *
     * @param status what can be seen of the daemon
     * @param operations what operators do with applications
     * @param health the watchdog's judgement
     * @param isListening whether the service accepts connections
     * @param metrics all metrics
     */
    record Parts(
            StatusSource status,
            ApplicationOperations operations,
            Supplier<HealthReport> health,
            BooleanSupplier isListening,
            PrometheusExposition metrics) {}

    /**
     * Begins to serve.
     *
     * @param parts returns what is served, once somebody asks
     */
    void start(Supplier<Parts> parts) {
        server.start(() -> routes(parts.get()), verifier);
        InetSocketAddress address = server.localAddress();
        logger.info("Admin server on {}:{}", address.getHostString(), address.getPort());
    }

    private static List<RequestRoute> routes(Parts parts) {
        List<RequestRoute> routes = new ArrayList<>();
        routes.addAll(new HealthRoutes(() -> liveness(parts), parts.isListening(), parts.status()).all());
        routes.addAll(new ApiRoutes(parts.status()).all());
        routes.addAll(new OperationRoutes(parts.operations(), parts.status()).all());
        routes.add(new MetricsRoute(parts.metrics()).route());
        routes.addAll(new StatusPage(parts.status(), HostName.read(), Clock.systemUTC()).routes());
        return routes;
    }

    private static HealthRoutes.Liveness liveness(Parts parts) {
        HealthReport report = parts.health().get();
        return new HealthRoutes.Liveness(report.isHealthy(), report.unresponsive());
    }
}
