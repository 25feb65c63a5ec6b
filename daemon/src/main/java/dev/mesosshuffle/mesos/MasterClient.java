package dev.mesosshuffle.mesos;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.liveness.FrameworkSnapshot;
import dev.mesosshuffle.liveness.MasterUnavailableException;
import dev.mesosshuffle.liveness.MesosMaster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the frameworks from the leading Mesos master. Any of the configured masters may be queried, and redirects to the
 * leader; the one that responded last is queried first the next time.
 *
 * <p>Each fetch makes two calls to the same master: which frameworks there are, and then for how long it has led. In this
 * order, a list of a leader that has just been elected is never taken for one of a leader that knows all frameworks.
 *
 * <p><b>Concurrency:</b> for any thread; fetches run one after the other on a thread of their own, which ends when it is
 * idle.
 */
public final class MasterClient implements MesosMaster, AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(MasterClient.class);

    private static final String PATH = "/api/v1";

    private final List<URI> urls;
    private final MasterApiClient apiClient;
    private final RequestLimits limits;
    private final ExecutorService executor;

    /** Only for the executor's thread. */
    private @Nullable URI lastLeader;

    /**
     * Creates a client, and reads the files that the configuration names; no master is queried yet.
     *
     * @throws IOException if one of the files cannot be read, or has another content
     */
    public MasterClient(MasterClientConfig config) throws IOException {
        this(config, RequestLimits.standard());
    }

    MasterClient(MasterClientConfig config, RequestLimits limits) throws IOException {
        MasterCredentials credentials =
                new MasterCredentials(config.principal(), config.secretFile(), config.tokenFile());
        credentials.header();
        credentials.warnIfOthersCanRead();
        if (credentials.areGiven()) {
            warnIfUnencrypted(config.urls());
        }
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.connect());
        if (config.caFile() != null) {
            client.sslContext(SslContexts.of(config.caFile()));
        }
        this.urls = config.urls().stream().map(url -> url.resolve(PATH)).toList();
        this.apiClient = new MasterApiClient(client.build(), credentials, limits);
        this.limits = limits;
        this.executor = DaemonThreads.newSingleThread("mesos-master");
    }

    private static void warnIfUnencrypted(List<URI> urls) {
        urls.stream()
                .filter(url -> url.getScheme().equals("http"))
                .findFirst()
                .ifPresent(url -> logger.warn(
                        "Credentials for the Mesos master at {} are sent unencrypted: give it an https URL if it has one",
                        url));
    }

    @Override
    public CompletableFuture<FrameworkSnapshot> fetchFrameworks() {
        CompletableFuture<FrameworkSnapshot> result = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    result.complete(queryMasters());
                } catch (MasterUnavailableException | RuntimeException | Error e) {
                    fail(result, e);
                } catch (InterruptedException e) {
                    result.completeExceptionally(closed());
                    Thread.currentThread().interrupt();
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(closed());
        } catch (OutOfMemoryError e) {
            ThreadShortage.report("the request to the Mesos master", e);
            result.completeExceptionally(new MasterUnavailableException(
                    MasterUnavailableException.Reason.UNREACHABLE,
                    "no thread can be created to query it: " + e.getMessage()));
        }
        return result;
    }

    /** Without a result no further poll would ever start. Memory for it is often missing for a moment only. */
    private static void fail(CompletableFuture<FrameworkSnapshot> result, Throwable reason) {
        try {
            result.completeExceptionally(reason);
        } catch (OutOfMemoryError e) {
            result.completeExceptionally(reason);
        }
    }

    private static MasterUnavailableException closed() {
        return new MasterUnavailableException(MasterUnavailableException.Reason.UNREACHABLE, "this service stops");
    }

    private FrameworkSnapshot queryMasters() throws MasterUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + limits.poll().toNanos();
        Set<URI> inOrder = new LinkedHashSet<>();
        if (lastLeader != null) {
            inOrder.add(lastLeader);
        }
        inOrder.addAll(urls);
        MasterUnavailableException failure = null;
        for (URI url : inOrder) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.isNegative()) {
                break;
            }
            try {
                return query(url, left);
            } catch (MasterUnavailableException e) {
                failure = mostInformative(failure, e);
            }
        }
        lastLeader = null;
        if (failure == null) {
            throw new MasterUnavailableException(
                    MasterUnavailableException.Reason.UNREACHABLE, "no master was queried in time");
        }
        throw failure;
    }

    private FrameworkSnapshot query(URI url, Duration timeLeft)
            throws MasterUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + timeLeft.toNanos();
        MasterApiClient.ApiResponse frameworks = apiClient.call(url, OperatorApi.getFrameworks(), timeLeft);
        MasterApiClient.ApiResponse master = apiClient.call(
                frameworks.from(), OperatorApi.getMaster(), Duration.ofNanos(deadline - System.nanoTime()));
        String from = frameworks.from().toString();
        // If the leader changed in between, it is unknown whether the first one still knew all frameworks.
        OperatorApi.LeaderTerm term = master.from().equals(frameworks.from())
                ? OperatorApi.term(master.body(), master.date(), from)
                : OperatorApi.LeaderTerm.UNKNOWN;
        FrameworkSnapshot snapshot = OperatorApi.frameworks(frameworks.body(), term, from);
        lastLeader = frameworks.from();
        return snapshot;
    }

    /** Returns the failure that is of most use to an operator. */
    private static MasterUnavailableException mostInformative(
            @Nullable MasterUnavailableException before, MasterUnavailableException now) {
        return before == null || now.reason() != MasterUnavailableException.Reason.UNREACHABLE ? now : before;
    }

    /** Cancels the running fetch; later ones fail. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
