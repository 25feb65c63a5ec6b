package dev.mesosshuffle.mesos;

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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the leading Mesos master which frameworks live. Any of the given masters may be asked, and leads on to the leader;
 * the one that answered last is asked first the next time.
 *
 * <p>Each question is two calls to the same master: which frameworks there are, and then for how long it has led. In this
 * order, so that a list of a leader that has only just been elected is never taken for one of a leader that knows all.
 *
 * <p><b>Concurrency:</b> for any thread; questions are asked one after the other on a thread of their own, which goes
 * when it is idle.
 */
public final class MasterClient implements MesosMaster, AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(MasterClient.class);

    private static final String PATH = "/api/v1";
    private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(5);

    private final List<URI> urls;
    private final MasterApiClient exchange;
    private final RequestLimits limits;
    private final ThreadPoolExecutor thread;

    /** Only for the thread that asks. */
    private @Nullable URI lastLeader;

    private MasterClient(List<URI> urls, MasterApiClient exchange, RequestLimits limits, ThreadPoolExecutor thread) {
        this.urls = urls;
        this.exchange = exchange;
        this.limits = limits;
        this.thread = thread;
    }

    /**
     * Makes a client; nobody is asked yet. Reads the files that the settings name.
     *
     * @param settings how the masters are reached
     * @return the client
     * @throws IOException if one of the files cannot be read, or holds something else
     */
    public static MasterClient create(MasterClientConfig settings) throws IOException {
        return create(settings, RequestLimits.standard());
    }

    static MasterClient create(MasterClientConfig settings, RequestLimits limits) throws IOException {
        MasterCredentials credentials =
                new MasterCredentials(settings.principal(), settings.secretFile(), settings.tokenFile());
        credentials.header();
        credentials.warnIfOthersCanRead();
        if (credentials.areGiven()) {
            settings.urls().stream()
                    .filter(url -> url.getScheme().equals("http"))
                    .findFirst()
                    .ifPresent(url -> logger.warn(
                            "Credentials for the Mesos master at {} go over the network as they"
                                    + " are: give it an https URL if it has one",
                            url));
        }
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.connect());
        if (settings.caFile() != null) {
            client.sslContext(SslContexts.of(settings.caFile()));
        }
        List<URI> urls = settings.urls().stream().map(url -> url.resolve(PATH)).toList();
        return new MasterClient(urls, new MasterApiClient(client.build(), credentials, limits), limits, askingThread());
    }

    private static ThreadPoolExecutor askingThread() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, IDLE_THREAD_LIFE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "mesos-master");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public CompletableFuture<FrameworkSnapshot> ask() {
        CompletableFuture<FrameworkSnapshot> result = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    result.complete(askEach());
                } catch (MasterUnavailableException | RuntimeException | Error e) {
                    result.completeExceptionally(e);
                } catch (InterruptedException e) {
                    result.completeExceptionally(closed());
                    Thread.currentThread().interrupt();
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(closed());
        } catch (OutOfMemoryError e) {
            ThreadShortage.report("the question to the Mesos master", e);
            result.completeExceptionally(new MasterUnavailableException(
                    MasterUnavailableException.Kind.UNREACHABLE, "no thread can be made to ask it: " + e.getMessage()));
        }
        return result;
    }

    private static MasterUnavailableException closed() {
        return new MasterUnavailableException(MasterUnavailableException.Kind.UNREACHABLE, "this service stops");
    }

    private FrameworkSnapshot askEach() throws MasterUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + limits.question().toNanos();
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
                return ask(url, left);
            } catch (MasterUnavailableException e) {
                failure = telling(failure, e);
            }
        }
        lastLeader = null;
        if (failure == null) {
            throw new MasterUnavailableException(
                    MasterUnavailableException.Kind.UNREACHABLE, "no master was asked in time");
        }
        throw failure;
    }

    private FrameworkSnapshot ask(URI url, Duration timeLeft) throws MasterUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + timeLeft.toNanos();
        MasterApiClient.Answer frameworks = exchange.call(url, OperatorApi.getFrameworks(), timeLeft);
        MasterApiClient.Answer master = exchange.call(
                frameworks.from(), OperatorApi.getMaster(), Duration.ofNanos(deadline - System.nanoTime()));
        String from = frameworks.from().toString();
        // If the leader changed in between, nobody knows whether the first one still had the whole view.
        OperatorApi.Term term = master.from().equals(frameworks.from())
                ? OperatorApi.term(master.body(), master.at(), from)
                : OperatorApi.Term.UNKNOWN;
        FrameworkSnapshot answer = OperatorApi.frameworks(frameworks.body(), term, from);
        lastLeader = frameworks.from();
        return answer;
    }

    /** Of all that was tried, the failure that tells an operator most. */
    private static MasterUnavailableException telling(
            @Nullable MasterUnavailableException before, MasterUnavailableException now) {
        return before == null || now.kind() != MasterUnavailableException.Kind.UNREACHABLE ? now : before;
    }

    /** Asks nobody any more. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
