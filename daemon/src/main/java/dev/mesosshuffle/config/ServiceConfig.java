package dev.mesosshuffle.config;

import dev.mesosshuffle.model.OrphanMode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set, checked and typed.
 *
 * @param host the address to bind, a name or a literal
 * @param port the port to listen on; 0 takes a free one
 * @param localRoots the allowed roots of local dirs, absolute, at least one, in the user's order
 * @param stateDirs where the registry's file may lie
 * @param transport the sockets and what is allowed on them
 * @param diskThreads how many threads read from each local root
 * @param indexCacheBytes how much heap the cache of index files may hold
 * @param cleanerInterval how often applications are checked for their end; more than zero
 * @param orphanTimeout after how long without any activity an application whose driver cannot send heartbeats expires; more than zero
 * @param cleanup whether the local dirs of an expired application are deleted
 * @param deletionRate how many files a second are deleted under one root at most; 0 for no bound
 * @param orphans what is done about dirs that no registry names
 * @param minFreePercent below which share of free space a root is short of it; 0 for never
 * @param master the Mesos master, asked which applications live
 */
public record ServiceConfig(
        String host,
        int port,
        List<Path> localRoots,
        StateDirCandidates stateDirs,
        Transport transport,
        int diskThreads,
        long indexCacheBytes,
        Duration cleanerInterval,
        Duration orphanTimeout,
        boolean cleanup,
        int deletionRate,
        OrphanMode orphans,
        int minFreePercent,
        Master master) {
    /** Keeps its own copy of the roots. */
    public ServiceConfig {
        localRoots = List.copyOf(localRoots);
    }

    /** The best of the places for the registry's file, absolute. */
    public Path stateDir() {
        return stateDirs.preferred().dir();
    }

    /**
     * How the Mesos master is asked.
     *
     * @param urls where the masters are, {@code http} or {@code https} with a host and a port; none if it is not asked
     * @param timeout how long its word is waited for
     * @param principal as whom it is asked; null together with {@code secretFile}
     * @param secretFile the principal's secret
     * @param tokenFile a token to ask with; null if there is a principal
     * @param caFile the certificates to trust; null trusts those of the JVM
     */
    public record Master(
            List<URI> urls,
            Duration timeout,
            @Nullable String principal,
            @Nullable Path secretFile,
            @Nullable Path tokenFile,
            @Nullable Path caFile) {
        /** Asks nobody. */
        public static final Master NONE = new Master(List.of(), Duration.ofHours(1), null, null, null, null);

        /** Keeps its own copy of the URLs. */
        public Master {
            urls = List.copyOf(urls);
        }
    }

    /**
     * The sockets and what is allowed on them.
     *
     * @param mode which of the system's ways to wait for sockets is used
     * @param serverThreads how many event loops there are; 0 leaves it to the daemon
     * @param backLog length of the queue of connections not yet accepted; below 1 leaves it to the system
     * @param receiveBuffer SO_RCVBUF in bytes; below 1 leaves it to the system
     * @param sendBuffer SO_SNDBUF in bytes; below 1 leaves it to the system
     * @param connectionTimeout after how long an idle connection is closed; zero never closes one
     * @param tcpKeepAlive whether SO_KEEPALIVE is set
     * @param maxChunksBeingTransferred how many chunks may be in flight on all connections, at least 1
     * @param maxFrameBytes the longest frame that is accepted from a client
     */
    public record Transport(
            IoMode mode,
            int serverThreads,
            int backLog,
            int receiveBuffer,
            int sendBuffer,
            Duration connectionTimeout,
            boolean tcpKeepAlive,
            long maxChunksBeingTransferred,
            int maxFrameBytes) {}
}
