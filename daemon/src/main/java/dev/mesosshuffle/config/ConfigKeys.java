package dev.mesosshuffle.config;

import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Every key there is, each with its default, its syntax and a line for users; the documents are checked against this.
 * The names are Spark's wherever Spark has one, since users have them in their files already.
 */
final class ConfigKeys {
    /** What is under this prefix is ours alone, so an unknown key there is a mistake. */
    static final String OWN_PREFIX = "spark.mesos.shuffle.service.";

    static final ConfigKey<String> HOST = key(
            OWN_PREFIX + "host",
            "0.0.0.0",
            ValueParsers.text("an address or host name of this machine"),
            "The address to listen on.");

    static final ConfigKey<Integer> PORT = key(
            "spark.shuffle.service.port",
            "7337",
            ValueParsers.integer(0, 65535, "0 to 65535"),
            "The port to listen on.");

    static final ConfigKey<List<Path>> LOCAL_DIR = key(
            "spark.local.dir",
            "/tmp/spark",
            ValueParsers.paths(),
            "The allowed roots: executors' local directories must lie under one of them. SPARK_LOCAL_DIRS "
                    + "takes precedence, as in Spark, except over the command line.");

    static final ConfigKey<LocalDirNaming> LOCAL_DIR_NAMES = key(
            OWN_PREFIX + "localDirNames",
            "spark",
            ValueParsers.localDirNaming(),
            "Which directories under the roots executors may register, and this service may therefore delete: those "
                    + "named blockmgr-UUID, as Spark names them (spark), or blockmgr-* (any).");

    static final ConfigKey<Path> STATE_DIR = key(
            OWN_PREFIX + "state.dir",
            "/tmp/spark/.mesos-shuffle-service",
            ValueParsers.path(),
            "The directory of the registry, which has one file per port. Default: the directory that "
                    + "systemd provides ($STATE_DIRECTORY), otherwise a directory under the first root.");

    static final ConfigKey<Duration> NETWORK_TIMEOUT = key(
            "spark.network.timeout",
            "120s",
            ValueParsers.secondsOrNever(),
            "The default of spark.shuffle.io.connectionTimeout.");

    static final ConfigKey<Duration> CONNECTION_TIMEOUT = key(
            "spark.shuffle.io.connectionTimeout",
            "120s",
            ValueParsers.secondsOrNever(),
            "Closes a connection that is idle for this long; 0 disables it. Connections of drivers are "
                    + "never closed as idle. Default: spark.network.timeout.");

    static final ConfigKey<IoMode> IO_MODE = key(
            "spark.shuffle.io.mode",
            "AUTO",
            ValueParsers.ioMode(),
            "NIO, EPOLL, or AUTO for native epoll where it loads and NIO elsewhere.");

    static final ConfigKey<Integer> SERVER_THREADS = key(
            "spark.shuffle.io.serverThreads",
            "0",
            ValueParsers.integer(0, 1024, "0 to 1024"),
            "Number of event loops; 0 selects a number that suits the machine.");

    static final ConfigKey<Integer> BACK_LOG = key(
            "spark.shuffle.io.backLog",
            "-1",
            ValueParsers.integer(
                    Integer.MIN_VALUE, Integer.MAX_VALUE, "a whole number; below 1 leaves it to the system"),
            "Length of the queue of connections that are not yet accepted; below 1 uses the system's " + "default.");

    static final ConfigKey<Integer> RECEIVE_BUFFER = key(
            "spark.shuffle.io.receiveBuffer",
            "-1",
            ValueParsers.socketBuffer(),
            "Receive buffer of a connection; -1 uses the system's default.");

    static final ConfigKey<Integer> SEND_BUFFER = key(
            "spark.shuffle.io.sendBuffer",
            "-1",
            ValueParsers.socketBuffer(),
            "Send buffer of a connection; -1 uses the system's default.");

    static final ConfigKey<Boolean> TCP_KEEP_ALIVE = key(
            "spark.shuffle.io.enableTcpKeepAlive",
            "false",
            ValueParsers.bool(),
            "Whether the system probes idle connections to detect dead clients.");

    static final ConfigKey<Long> MAX_CHUNKS = key(
            "spark.shuffle.maxChunksBeingTransferred",
            Long.toString(Long.MAX_VALUE),
            ValueParsers.longAtLeast(1, "a whole number from 1"),
            "Maximum number of chunks in flight to all clients. A request beyond it closes its "
                    + "connection, and the client retries. Reloadable.");

    static final ConfigKey<Long> MAX_FRAME_SIZE = key(
            OWN_PREFIX + "maxFrameSize",
            "16m",
            ValueParsers.size(64 << 10, 1 << 30, "a size such as 16m, from 64k to 1g"),
            "Maximum length of a client's message. A longer one is rejected and logged with its length.");

    static final ConfigKey<Duration> FRAME_TIMEOUT = key(
            OWN_PREFIX + "frameTimeout",
            "30s",
            ValueParsers.seconds(),
            "A connection is closed if a message that it began to send is not complete after this time.");

    static final ConfigKey<Duration> WRITE_TIMEOUT = key(
            OWN_PREFIX + "writeTimeout",
            "2m",
            ValueParsers.seconds(),
            "A connection is closed if its client reads nothing for this time although data waits for it.");

    static final ConfigKey<Integer> MAX_CONNECTIONS = key(
            OWN_PREFIX + "maxConnections",
            "0",
            ValueParsers.integer(0, 1_000_000, "0 to 1000000; 0 for a default"),
            "Maximum number of connections; 0 means half of the open files limit, but at most one for each "
                    + "16 KiB of heap and for each 32 KiB of buffers outside it (64 and 96 KiB with authentication or TLS)."
                    + " Beyond it, connections that nobody uses are closed, or new ones refused.");

    static final ConfigKey<Integer> MAX_CONNECTIONS_PER_ADDRESS = key(
            OWN_PREFIX + "maxConnectionsPerAddress",
            "0",
            ValueParsers.integer(0, 1_000_000, "0 to 1000000; 0 for half of maxConnections"),
            "Maximum number of connections from one address, or from one /64 network of IPv6; 0 means half of"
                    + " maxConnections.");

    static final ConfigKey<Integer> DISK_THREADS = key(
            OWN_PREFIX + "diskThreads",
            "8",
            ValueParsers.integer(1, 256, "1 to 256"),
            "Number of threads that read from each root.");

    static final ConfigKey<Long> INDEX_CACHE_SIZE = key(
            "spark.shuffle.service.index.cache.size",
            "100m",
            ValueParsers.size(0, Long.MAX_VALUE, "a size such as 100m; a bare number is bytes"),
            "Memory for index files, at most a quarter of the heap.");

    static final ConfigKey<Long> MAX_REGISTRY_MEMORY = key(
            OWN_PREFIX + "maxRegistryMemory",
            "(a quarter of the heap)",
            ValueParsers.size(1 << 20, Long.MAX_VALUE, "a size from 1m, such as 100m; a bare number is bytes"),
            "Memory for all registered applications, drivers, executors and local directories, at most half of the "
                    + "heap; an executor takes about 1 KB. A registration that does not fit is refused. One application "
                    + "may use a quarter of what the others leave.");

    static final ConfigKey<Boolean> FETCH_RDD = key(
            "spark.shuffle.service.fetch.rdd.enabled",
            "false",
            ValueParsers.bool(),
            "Accepted for compatibility: persisted RDD blocks are always served, as by Spark's own " + "service.");

    static final ConfigKey<Duration> CLEANER_INTERVAL =
            key("spark.shuffle.cleaner.interval", "30s", ValueParsers.seconds(), "Interval of the expiry checks.");

    static final ConfigKey<Duration> ORPHAN_TIMEOUT = key(
            OWN_PREFIX + "orphanTimeout",
            "24h",
            ValueParsers.seconds(),
            "Expires an application whose driver can no longer send heartbeats (for example, after a "
                    + "restart of this service) once it has been inactive for this long.");

    static final ConfigKey<List<URI>> MASTER = key(
            OWN_PREFIX + "master",
            "(none)",
            ValueParsers.masters(),
            "Addresses of the Mesos masters, at least one. The leading master is polled before an "
                    + "application is removed. Without it, heartbeats and file activity alone decide.");

    static final ConfigKey<Duration> MASTER_TIMEOUT = key(
            OWN_PREFIX + "masterTimeout",
            "1h",
            ValueParsers.seconds(),
            "How long an application that is due to expire stays if the Mesos master cannot report its " + "status.");

    static final ConfigKey<String> MASTER_PRINCIPAL = key(
            OWN_PREFIX + "master.principal",
            "(none)",
            ValueParsers.text("a name without a colon", text -> text.indexOf(':') < 0),
            "The principal for the Mesos master. It must be allowed to view all frameworks. Requires "
                    + "master.secretFile.");

    static final ConfigKey<Path> MASTER_SECRET_FILE = key(
            OWN_PREFIX + "master.secretFile",
            "(none)",
            ValueParsers.path(),
            "A file with the secret of master.principal, on one line, readable by nobody else.");

    static final ConfigKey<Path> MASTER_TOKEN_FILE = key(
            OWN_PREFIX + "master.tokenFile",
            "(none)",
            ValueParsers.path(),
            "A file with a bearer token for the Mesos master, on one line, readable by nobody else; an "
                    + "alternative to master.principal.");

    static final ConfigKey<Path> MASTER_CA_FILE = key(
            OWN_PREFIX + "master.caFile",
            "(none)",
            ValueParsers.path(),
            "A PEM file with the trusted certificates for an https master. Default: those of the JVM.");

    static final ConfigKey<Boolean> CLEANUP = key(
            OWN_PREFIX + "cleanup",
            "on",
            ValueParsers.onOff(),
            "Whether the local directories of expired applications are deleted. While off, directories "
                    + "whose deletion was pending at the last stop stay too.");

    static final ConfigKey<Integer> DELETION_RATE = key(
            OWN_PREFIX + "deletionRate",
            "5000",
            ValueParsers.integer(0, 10_000_000, "0 to 10000000"),
            "Maximum number of files deleted per second under each root, so that concurrent fetches do "
                    + "not suffer; 0 disables the limit. Reloadable.");

    static final ConfigKey<OrphanMode> ORPHANS = key(
            OWN_PREFIX + "orphans",
            "report",
            ValueParsers.orphans(),
            "What happens to orphan directories: blockmgr-UUID and spark-UUID directories under the "
                    + "roots that no service on this host knows, that nobody uses, and that have not changed since the "
                    + "host's boot, or for orphanTimeout. One of delete, report, off. While cleanup is off they are "
                    + "not deleted.");

    static final ConfigKey<Integer> MIN_FREE_PERCENT = key(
            OWN_PREFIX + "minFreePercent",
            "5",
            ValueParsers.integer(0, 50, "0 to 50; 0 for never"),
            "When less than this percentage of the bytes or inodes of a root's file system is free, "
                    + "pending deletions run without the deletionRate limit and a warning lists the largest "
                    + "remaining users of space. Live applications are not affected.");

    private static final List<ConfigKey<?>> GENERAL = List.of(
            HOST,
            PORT,
            LOCAL_DIR,
            LOCAL_DIR_NAMES,
            STATE_DIR,
            NETWORK_TIMEOUT,
            CONNECTION_TIMEOUT,
            IO_MODE,
            SERVER_THREADS,
            BACK_LOG,
            RECEIVE_BUFFER,
            SEND_BUFFER,
            TCP_KEEP_ALIVE,
            MAX_CHUNKS,
            MAX_FRAME_SIZE,
            FRAME_TIMEOUT,
            WRITE_TIMEOUT,
            MAX_CONNECTIONS,
            MAX_CONNECTIONS_PER_ADDRESS,
            DISK_THREADS,
            INDEX_CACHE_SIZE,
            MAX_REGISTRY_MEMORY,
            FETCH_RDD,
            CLEANER_INTERVAL,
            ORPHAN_TIMEOUT,
            MASTER,
            MASTER_TIMEOUT,
            MASTER_PRINCIPAL,
            MASTER_SECRET_FILE,
            MASTER_TOKEN_FILE,
            MASTER_CA_FILE,
            CLEANUP,
            DELETION_RATE,
            ORPHANS,
            MIN_FREE_PERCENT);

    private static final List<ConfigKey<?>> ALL = Stream.<List<ConfigKey<?>>>of(
                    GENERAL, DiagnosticKeys.all(), AuthenticationKeys.all(), TlsKeys.all(), AdminKeys.all())
            .<ConfigKey<?>>flatMap(List::stream)
            .toList();

    /** Read by the listener in the applications' drivers, from the same files as ours; this service has no use for them. */
    private static final Set<String> OF_DRIVERS = Set.of(OWN_PREFIX + "driver.heartbeatTimeout");

    private static final Set<String> RELOADABLE = Set.of(MAX_CHUNKS.name(), DELETION_RATE.name());

    private ConfigKeys() {}

    /** Every key, in the order in which documents list them. */
    static List<ConfigKey<?>> all() {
        return ALL;
    }

    /** Whether a reload applies a new value of this key. */
    static boolean isReloadable(String name) {
        return RELOADABLE.contains(name);
    }

    /** Keys under our prefix that are not for this service. */
    static Set<String> ofDrivers() {
        return OF_DRIVERS;
    }

    private static <T> ConfigKey<T> key(String name, String defaultText, ValueParser<T> parser, String description) {
        return new ConfigKey<>(name, defaultText, parser, false, description);
    }
}
