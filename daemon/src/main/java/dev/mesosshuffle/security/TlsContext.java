package dev.mesosshuffle.security;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.FairExecutor;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS: the certificate of new connections, and the threads that compute their handshakes. For any thread.
 */
public final class TlsContext implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(TlsContext.class);

    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /** A peer that does not read gets no notice that its connection ends. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final int HANDSHAKE_THREADS = 2;
    private static final int MAX_WAITING_HANDSHAKES = 2000;

    /** Ample for the executors of a host, and room for those of others. */
    private static final int MAX_WAITING_HANDSHAKES_PER_ADDRESS = 1500;

    /** Spark's clients never resume a session, so that each that is kept is waste; 0 would be no limit. */
    private static final int CACHED_SESSIONS = 100;

    /**
     * In the order of their cost where the processor has AES. Clients put ChaCha20 first, which costs several times as much in
     * Java.
     */
    private static final List<String> PREFERRED_SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final TlsSettings settings;
    private final TlsFailures failures;
    private final FairExecutor handshakes;
    private volatile SslContext current;

    private TlsContext(TlsSettings settings, SslContext current, TlsFailures failures, FairExecutor handshakes) {
        this.settings = settings;
        this.current = current;
        this.failures = failures;
        this.handshakes = handshakes;
    }

    /**
     * Reads the key and the certificates.
     *
     * @param events keeps which clients were refused
     * @throws IOException on one line, if TLS cannot be spoken with them
     */
    public static TlsContext load(
            TlsSettings settings, RateLimitedLogger rateLimitedLogger, MetricRegistry metrics, EventRecorder events)
            throws IOException {
        return load(settings, new TlsFailures(rateLimitedLogger, metrics, events), newThreads());
    }

    /**
     * Reads the key and the certificates, and keeps nothing.
     *
     * @throws IOException as {@link #load} does
     */
    public static void check(TlsSettings settings) throws IOException {
        read(settings);
    }

    /** Registers the metrics of TLS, which are zero without it. */
    public static void registerMetrics(MetricRegistry metrics) {
        TlsFailures.registerMetrics(metrics);
    }

    /** As the other one, with threads that are closed with it. */
    static TlsContext load(TlsSettings settings, TlsFailures failures, FairExecutor handshakes) throws IOException {
        return new TlsContext(settings, read(settings), failures, handshakes);
    }

    /** The threads for handshakes, none of which runs yet. */
    static FairExecutor newThreads() {
        return new FairExecutor(
                "TLS handshakes",
                HANDSHAKE_THREADS,
                MAX_WAITING_HANDSHAKES,
                MAX_WAITING_HANDSHAKES_PER_ADDRESS,
                DaemonThreads.named("tls-handshake"));
    }

    /** Reads the key and the certificates again, for new connections. If that fails, those before stay in use. */
    public void reload() {
        try {
            current = read(settings);
            logger.info("Reread the certificate for TLS; new connections use it");
        } catch (IOException e) {
            logger.error(
                    "The certificate for TLS was not reread, the one before stays in use: {}", ErrorMessages.of(e));
        }
    }

    /**
     * Adds what tells a client with TLS by its first byte, and then encrypts its connection, at the head of a pipeline.
     *
     * @param client the client's address, whose handshakes take turns together
     * @param onEncrypted runs on the event loop once the connection turned out to be encrypted, before any of its bytes is
     *     passed on
     */
    public void install(ChannelPipeline pipeline, Object client, Runnable onEncrypted) {
        pipeline.addFirst(new TlsDetector(
                allocator -> newHandler(allocator, client), settings.optional(), failures, onEncrypted));
    }

    /**
     * Creates what encrypts one connection, from its first byte on.
     *
     * @param client the client's address, whose handshakes take turns together
     */
    public SslHandler newHandler(ByteBufAllocator allocator, Object client) {
        SSLEngine engine = current.newEngine(allocator);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setUseCipherSuitesOrder(true);
        engine.setSSLParameters(parameters);
        TlsTasks tasks = new TlsTasks(handshakes, client);
        SslHandler handler = new SslHandler(engine, false, tasks);
        handler.handshakeFuture().addListener(done -> tasks.handshakeDone());
        handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_TIMEOUT.toMillis());
        return handler;
    }

    private static SslContext read(TlsSettings settings) throws IOException {
        SslContextBuilder builder = TlsKeyFiles.read(settings.key(), Instant.now());
        try {
            return builder.sslProvider(SslProvider.JDK)
                    .protocols(settings.protocol())
                    .ciphers(suites(settings))
                    .sessionCacheSize(CACHED_SESSIONS)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException("TLS cannot be spoken: " + ErrorMessages.of(e), e);
        }
    }

    private static List<String> suites(TlsSettings settings) throws IOException {
        boolean tls13 = settings.protocol().equals("TLSv1.3");
        List<String> suites = new ArrayList<>(PREFERRED_SUITES);
        if (!settings.cipherSuites().isEmpty()) {
            suites.retainAll(settings.cipherSuites());
            Set<String> further = new TreeSet<>(settings.cipherSuites());
            PREFERRED_SUITES.forEach(further::remove);
            further.retainAll(supported());
            suites.addAll(further);
        }
        // Those of TLS 1.3 do not name a key exchange.
        suites.removeIf(suite -> suite.contains("_WITH_") == tls13);
        if (suites.isEmpty()) {
            throw new IOException("spark.ssl.rpc.enabledAlgorithms: none of them is one of " + settings.protocol()
                    + " (expected: at least one, such as " + PREFERRED_SUITES.get(tls13 ? 0 : 4) + ")");
        }
        return suites;
    }

    private static List<String> supported() throws IOException {
        try {
            return List.of(javax.net.ssl.SSLContext.getDefault()
                    .getSupportedSSLParameters()
                    .getCipherSuites());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException("this JVM has no TLS: " + ErrorMessages.of(e), e);
        }
    }

    @Override
    public void close() {
        handshakes.close();
    }
}
