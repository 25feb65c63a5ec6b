package dev.mesosshuffle;

import dev.mesosshuffle.activity.DiskHangsException;
import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.DataFileCache;
import dev.mesosshuffle.blocks.IndexCache;
import dev.mesosshuffle.cleanup.ActiveReads;
import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.concurrent.DiskActivity;
import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.dispatch.Dispatcher;
import dev.mesosshuffle.dispatch.LocalDirServices;
import dev.mesosshuffle.fetch.FetchServices;
import dev.mesosshuffle.fetch.ReadTracker;
import dev.mesosshuffle.fetch.RemovedApplicationReaders;
import dev.mesosshuffle.fetch.SlowFetches;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.process.FileDescriptorLimit;
import dev.mesosshuffle.security.TlsContext;
import dev.mesosshuffle.transport.ConnectionLimits;
import dev.mesosshuffle.transport.KeptListener;
import dev.mesosshuffle.transport.ServerConfig;
import dev.mesosshuffle.transport.ShuffleServer;
import dev.mesosshuffle.transport.TcpMemoryMonitor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SERVE flow, in the direction of a fetch: {@code transport} decodes a message, {@code dispatch} decides who answers
 * it, {@code fetch} reads the chunks in order, {@code blocks} finds and opens their files, on the threads of their disk.
 */
final class ServeFlow {
    private static final Logger logger = LoggerFactory.getLogger(ServeFlow.class);

    /** How long requests that were accepted may take once the daemon stops. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    /** How many reads may wait for one disk: one batch for each lane of each connection is far less. */
    private static final int MAX_QUEUED_READS = 16_384;

    /** The heap that one data file takes that is kept open for the next fetch, in bytes, with its entry in the cache. */
    private static final long OPEN_FILE_BYTES = 512;

    /** All of them take at most this part of the heap. */
    private static final long OPEN_FILES_FRACTION = 16;

    /** How many connections may wait for the diagnosis of a checksum. */
    private static final int MAX_QUEUED_DIAGNOSES = 1024;

    /** One measurement at a time has one task for each disk. */
    private static final int MAX_QUEUED_MEASUREMENTS = 16;

    private final DaemonContext context;
    private final RootProbers probers;
    private final DiskExecutors disks;
    private final IndexCache indexes;
    private final DataFileCache dataFiles;
    private final RateLimitedLogger failureLog = new RateLimitedLogger(System::nanoTime);
    private final RemovedApplicationReaders removedReaders;
    private final ReadTracker reads = new ReadTracker(System::nanoTime);

    /** Prepares what reads blocks; nothing listens yet. */
    ServeFlow(DaemonContext context, RootProbers probers) {
        this.context = context;
        this.probers = probers;
        this.disks = context.register(new DiskExecutors(
                context.config().disks().threads(), MAX_QUEUED_READS, context.metrics(), probers::configured));
        disks.prepare(probers.roots());
        this.removedReaders = new RemovedApplicationReaders(reads, failureLog, context.metrics());
        this.indexes = new IndexCache(
                context.config().disks().indexCacheBytes(), System::currentTimeMillis, context.metrics());
        this.dataFiles = context.register(new DataFileCache(
                FileDescriptorLimit.files(maxOpenFiles(Runtime.getRuntime().maxMemory())),
                disks,
                System::nanoTime,
                context.metrics()));
    }

    /** How many data files that nobody reads are kept open, as far as there are descriptors. */
    private static int maxOpenFiles(long heapBytes) {
        return (int) Math.min(Integer.MAX_VALUE, heapBytes / OPEN_FILES_FRACTION / OPEN_FILE_BYTES);
    }

    /**
     * Starts the server. When this returns, connections are accepted.
     *
     * @param kept the listening socket of an earlier process; null for none
     * @throws IOException if the address cannot be bound
     */
    ShuffleServer listen(PersistentState state, ReclaimFlow reclaim, @Nullable KeptListener kept) throws IOException {
        probers.beforeEachRound(TcpMemoryMonitor.ofHost(context.metrics()));
        probers.beforeEachRound(disks::replaceHungThreads);
        DiskExecutors diagnosis =
                context.register(DiskExecutors.forWork("corruption-diagnosis-", 1, MAX_QUEUED_DIAGNOSES));
        probers.beforeEachRound(diagnosis::replaceHungThreads);
        Dispatcher dispatcher = new Dispatcher(
                new FetchServices(
                        new BlockResolver(indexes, dataFiles),
                        disks,
                        reads,
                        context.limits()::maxChunksBeingTransferred,
                        context.memory().streams(),
                        new SlowFetches(context.config().diagnostics().slowFetch(), System::nanoTime, failureLog)),
                new LocalDirServices(state.policy(), new BlockFileRemover(), reclaim.rootMonitor()),
                diagnosis,
                state.registry(),
                reclaim.liveness(),
                failureLog,
                context.metrics(),
                context.events());
        TlsContext tls = TlsSetup.load(context, failureLog);
        ShuffleServer server = ShuffleServer.start(
                serverConfig(context.config()),
                AuthenticationFlow.open(context.config().authentication()),
                dispatcher,
                context.memory(),
                failureLog,
                context.metrics(),
                context.events(),
                tls,
                kept);
        context.register(() -> stop(server));
        return server;
    }

    /** The reads of applications' files, for their removal. */
    ActiveReads activeReads() {
        return new ActiveReads() {
            @Override
            public boolean any(String appId) {
                return reads.isRead(appId);
            }

            @Override
            public void endOlderThan(String appId, long nanos) {
                removedReaders.close(appId, nanos);
            }
        };
    }

    /** What the threads of a root do; waits for nothing. */
    DiskActivity diskActivity(Path root) {
        return disks.activity(root);
    }

    /** How many blocks of an application are being read or sent. */
    int activeReads(String appId) {
        return reads.readCount(appId);
    }

    /** Closes the files of dirs that no fetch may use any more. */
    void invalidate(Collection<LocalDir> dirs) {
        indexes.invalidateAll(dirs);
        dataFiles.invalidateAll(dirs);
    }

    /** The threads of each disk, for work that no client waits for. A disk that hangs takes none: it would only wait. */
    DiskExecutor backgroundDisks() {
        return unlessHanging(disks);
    }

    /** A thread of each disk that walks whole trees, for which no fetch waits; to be called once. */
    DiskExecutor measuringDisks() {
        DiskExecutors measuring = context.register(DiskExecutors.forWork("usage-", 1, MAX_QUEUED_MEASUREMENTS));
        probers.beforeEachRound(measuring::replaceHungThreads);
        return unlessHanging(measuring);
    }

    private DiskExecutor unlessHanging(DiskExecutors threads) {
        return (root, task) -> {
            if (probers.isUnresponsive(root)) {
                throw new DiskHangsException(root.toString());
            }
            threads.execute(root, task);
        };
    }

    private static ServerConfig serverConfig(ServiceConfig config) {
        ServiceConfig.Transport transport = config.transport();
        return new ServerConfig(
                config.host(),
                config.port(),
                ServerConfig.IoMode.valueOf(transport.mode().name()),
                transport.serverThreads(),
                new ServerConfig.SocketOptions(
                        transport.sockets().backLog(),
                        transport.sockets().receiveBuffer(),
                        transport.sockets().sendBuffer(),
                        transport.sockets().tcpKeepAlive()),
                connectionLimits(config));
    }

    private static ConnectionLimits connectionLimits(ServiceConfig config) {
        ServiceConfig.Transport transport = config.transport();
        ServiceConfig.ConnectionLimits connections = transport.connections();
        ConnectionAllowance allowance = new ConnectionAllowance(
                FileDescriptorLimit.connections(), Runtime.getRuntime().maxMemory(), ShuffleServer.maxDirectBytes());
        int max = connections.maxConnections() > 0 ? connections.maxConnections() : allowance.connections(config);
        return new ConnectionLimits(
                transport.connectionTimeout(),
                connections.frameTimeout(),
                connections.writeTimeout(),
                transport.maxFrameBytes(),
                max,
                connections.maxConnectionsPerAddress() > 0
                        ? connections.maxConnectionsPerAddress()
                        : Math.max(1, max / 2));
    }

    private static void stop(ShuffleServer server) {
        if (!server.stop(DRAIN)) {
            logger.warn("Stopped with requests unanswered after {} s; their clients retry", DRAIN.toSeconds());
        }
    }
}
