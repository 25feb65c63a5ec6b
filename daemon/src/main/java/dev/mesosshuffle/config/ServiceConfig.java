package dev.mesosshuffle.config;

import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.model.SecretText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a daemon. Immutable; every value is within its limits.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 for any that is free
 * @param transport the sockets and their limits
 * @param disks where files and the registry lie, and how they are read
 * @param expiry when applications expire
 * @param cleanup what is deleted, and how fast
 * @param master the Mesos master, polled for which applications are alive
 * @param authentication who may connect
 * @param tls whether and how connections are encrypted by TLS
 * @param admin the admin server
 * @param diagnostics what the daemon says of itself
 */
public record ServiceConfig(
        String host,
        int port,
        Transport transport,
        Disks disks,
        Expiry expiry,
        Cleanup cleanup,
        Master master,
        Authentication authentication,
        Tls tls,
        Admin admin,
        Diagnostics diagnostics) {
    /** A configuration without authentication, TLS and admin server. */
    public ServiceConfig(
            String host, int port, Transport transport, Disks disks, Expiry expiry, Cleanup cleanup, Master master) {
        this(
                host,
                port,
                transport,
                disks,
                expiry,
                cleanup,
                master,
                Authentication.NONE,
                Tls.NONE,
                Admin.OFF,
                Diagnostics.DEFAULTS);
    }

    /** The same with other rules about who may connect. */
    public ServiceConfig withAuthentication(Authentication other) {
        return new ServiceConfig(host, port, transport, disks, expiry, cleanup, master, other, tls, admin, diagnostics);
    }

    /** The same with another admin server. */
    public ServiceConfig withAdmin(Admin other) {
        return new ServiceConfig(
                host, port, transport, disks, expiry, cleanup, master, authentication, tls, other, diagnostics);
    }

    /** The first choice for the directory of the registry, absolute. */
    public Path stateDir() {
        return disks.stateDirs().preferred().dir();
    }

    /**
     * Where files lie, and how they are read.
     *
     * @param localRoots the roots under which executors' local dirs lie, absolute, at least one
     * @param naming which names local dirs may have
     * @param stateDirs the candidates for the directory of the registry
     * @param threads how many threads read from each root
     * @param indexCacheBytes how much heap the cache of index files may hold
     * @param maxRegistryBytes how much heap the registry may occupy
     */
    public record Disks(
            List<Path> localRoots,
            LocalDirNaming naming,
            StateDirCandidates stateDirs,
            int threads,
            long indexCacheBytes,
            long maxRegistryBytes) {
        /** Keeps its own copy of the roots. */
        public Disks {
            localRoots = List.copyOf(localRoots);
        }
    }

    /**
     * When applications expire.
     *
     * @param checkInterval the time between two expiry checks; more than zero
     * @param orphanTimeout after how long without any activity an application expires whose driver cannot send heartbeats;
     *     more than zero
     */
    public record Expiry(Duration checkInterval, Duration orphanTimeout) {}

    /**
     * What is deleted, and how fast.
     *
     * @param enabled whether the local dirs of an expired application are deleted
     * @param deletionRate how many files are deleted under one root at most, per second; 0 for no limit
     * @param orphans what is done about dirs that no registry names
     * @param minFreePercent a root with a smaller share of free space is under pressure; 0 for never
     */
    public record Cleanup(boolean enabled, int deletionRate, OrphanMode orphans, int minFreePercent) {}

    /**
     * How the Mesos master is polled.
     *
     * @param urls where the masters are, {@code http} or {@code https} with a host and a port; none if there is none to poll
     * @param timeout how long an expiry that is due waits for its response
     * @param principal the principal; null together with {@code secretFile}
     * @param secretFile the principal's secret
     * @param tokenFile a bearer token; null if there is a principal
     * @param caFile the certificates to trust; null trusts those of the JVM
     */
    public record Master(
            List<URI> urls,
            Duration timeout,
            @Nullable String principal,
            @Nullable Path secretFile,
            @Nullable Path tokenFile,
            @Nullable Path caFile) {
        /** No master is polled. */
        public static final Master NONE = new Master(List.of(), Duration.ofHours(1), null, null, null, null);

        /** Keeps its own copy of the URLs. */
        public Master {
            urls = List.copyOf(urls);
        }
    }

    /**
     * What the daemon says of itself.
     *
     * @param jsonLog whether the lines of the built-in log are JSON
     * @param slowFetch a fetch that takes longer than this is logged; zero for none
     */
    public record Diagnostics(boolean jsonLog, Duration slowFetch) {
        /** Those of a daemon that is not configured otherwise. */
        public static final Diagnostics DEFAULTS = new Diagnostics(false, Duration.ofSeconds(5));
    }

    /**
     * TLS.
     *
     * @param enabled whether it is spoken
     * @param optional whether clients without TLS are served too
     * @param keyStore the key and its certificates, unless they are in PEM
     * @param pem the same in PEM, which takes precedence
     * @param protocol the only version that is spoken
     * @param enabledAlgorithms the cipher suites that are admitted; none for the usual ones
     */
    public record Tls(
            boolean enabled,
            boolean optional,
            TlsKeyStore keyStore,
            TlsPem pem,
            String protocol,
            List<String> enabledAlgorithms) {
        /** No TLS. */
        public static final Tls NONE = new Tls(
                false,
                false,
                new TlsKeyStore(null, "JKS", null, null),
                new TlsPem(null, null, null),
                "TLSv1.3",
                List.of());

        /** Keeps its own copy of the cipher suites. */
        public Tls {
            enabledAlgorithms = List.copyOf(enabledAlgorithms);
        }
    }

    /**
     * A key store.
     *
     * @param file the file; null if there is none
     * @param type its type
     * @param password its password; null if there is none
     * @param keyPassword the password of the key in it; null for the same
     */
    public record TlsKeyStore(
            @Nullable Path file,
            String type,
            @Nullable SecretText password,
            @Nullable SecretText keyPassword) {}

    /**
     * A key and certificates in PEM.
     *
     * @param privateKey the private key; null if there is none
     * @param password its password; null if there is none
     * @param certChain the certificates; null if there are none
     */
    public record TlsPem(
            @Nullable Path privateKey,
            @Nullable SecretText password,
            @Nullable Path certChain) {
        /** Whether there are both a key and certificates. */
        public boolean isComplete() {
            return privateKey != null && certChain != null;
        }
    }

    /**
     * The admin server.
     *
     * @param port the port; 0 if there is no such server
     * @param isPortSet whether that or the host was set, so that the service must not run without it
     * @param host the address
     * @param isLoopback whether only this host can reach that address
     * @param openEndpoints what may be read without credentials
     * @param credentialsFile those who may ask; null if there are none
     * @param tls the key and its certificates; none without TLS
     */
    public record Admin(
            int port,
            boolean isPortSet,
            String host,
            boolean isLoopback,
            Set<AdminEndpoint> openEndpoints,
            @Nullable Path credentialsFile,
            TlsPem tls) {
        /** There is no such server. */
        public static final Admin OFF =
                new Admin(0, false, "127.0.0.1", true, Set.of(), null, new TlsPem(null, null, null));

        /** Keeps its own copy of the endpoints. */
        public Admin {
            openEndpoints = Set.copyOf(openEndpoints);
        }
    }

    /**
     * Who may connect, and how.
     *
     * @param mode whether clients must prove who they are
     * @param secrets where secrets are
     * @param crypto whether the protocol of {@code spark.network.crypto} is admitted
     * @param sasl whether SASL is
     * @param saslAlwaysEncrypt whether SASL without encryption is refused
     * @param maxSaslBlockBytes how much SASL encrypts at a time
     * @param cipher the only admitted cipher; null admits all
     * @param keyVersion the only admitted version of the key, 1 or 2; null admits both
     */
    public record Authentication(
            AuthenticationMode mode,
            Secrets secrets,
            boolean crypto,
            boolean sasl,
            boolean saslAlwaysEncrypt,
            int maxSaslBlockBytes,
            @Nullable CryptoCipher cipher,
            @Nullable Integer keyVersion) {
        /** Clients need not authenticate. */
        public static final Authentication NONE = new Authentication(
                AuthenticationMode.OFF,
                new Secrets(null, SecretOrigin.NONE, null, null, null),
                false,
                false,
                false,
                64 << 10,
                null,
                null);
    }

    /**
     * Where secrets are. Nothing is read yet.
     *
     * @param literal a secret of all applications that is a setting itself; null if none is
     * @param origin where that was set
     * @param sparkFile a file whose bytes in Base64 are such a secret; null for none
     * @param file a file with such a secret as text; null for none
     * @param applicationsFile a file with a secret for each application; null for none
     */
    public record Secrets(
            @Nullable SecretText literal,
            SecretOrigin origin,
            @Nullable Path sparkFile,
            @Nullable Path file,
            @Nullable Path applicationsFile) {
        /** Whether there is any. */
        boolean any() {
            return literal != null || sparkFile != null || file != null || applicationsFile != null;
        }
    }

    /** Where a secret was set, which decides who can see it. */
    public enum SecretOrigin {
        /** There is none. */
        NONE,
        /** The environment variable {@code _SPARK_AUTH_SECRET}. */
        ENVIRONMENT,
        /** A configuration file. */
        CONFIGURATION_FILE,
        /** A command line, which all users of the host can see. */
        COMMAND_LINE
    }

    /**
     * The sockets and their limits.
     *
     * @param mode which of the system's ways to wait for sockets is used
     * @param serverThreads how many event loops there are; 0 leaves it to the daemon
     * @param sockets the options of each socket
     * @param connectionTimeout after how long an idle connection is closed; zero never closes one
     * @param maxChunksBeingTransferred how many chunks may be in flight on all connections, at least 1
     * @param maxFrameBytes the longest frame that is accepted from a client
     * @param connections how many there may be, and how long they may take
     */
    public record Transport(
            IoMode mode,
            int serverThreads,
            SocketOptions sockets,
            Duration connectionTimeout,
            long maxChunksBeingTransferred,
            int maxFrameBytes,
            ConnectionLimits connections) {}

    /**
     * How many connections there may be, and how long they may take.
     *
     * @param frameTimeout within which time a message that has begun arrives completely
     * @param writeTimeout after which time a client that reads nothing is disconnected
     * @param maxConnections in all; 0 for what descriptors and memory allow
     * @param maxConnectionsPerAddress from one address; 0 for half of those in all
     */
    public record ConnectionLimits(
            Duration frameTimeout, Duration writeTimeout, int maxConnections, int maxConnectionsPerAddress) {
        /** Those of a daemon that is not configured otherwise. */
        public static final ConnectionLimits DEFAULTS =
                new ConnectionLimits(Duration.ofSeconds(30), Duration.ofMinutes(2), 0, 0);
    }

    /**
     * The options of each socket.
     *
     * @param backLog length of the queue of connections that are not yet accepted; below 1 leaves it to the system
     * @param receiveBuffer SO_RCVBUF in bytes; below 1 leaves it to the system
     * @param sendBuffer SO_SNDBUF in bytes; below 1 leaves it to the system
     * @param tcpKeepAlive whether SO_KEEPALIVE is set
     */
    public record SocketOptions(int backLog, int receiveBuffer, int sendBuffer, boolean tcpKeepAlive) {}
}
