package dev.mesosshuffle.driver;

import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one application's listener: one that checks what is due, and a few for attempts to register, which end when
 * there is nothing to do. All are daemon threads.
 *
 * <p><b>Concurrency:</b> for any thread; no method blocks.
 */
final class HeartbeatService {
    private static final Logger logger = LoggerFactory.getLogger(ShuffleServiceListener.class);

    /** So many hosts may keep silent at once before others wait for them. */
    private static final int MAX_ATTEMPTS = 16;

    private static final long IDLE_SECONDS = 30;

    private final HeartbeatSender sender;
    private final ExecutorHosts executorHosts;
    private final ScheduledThreadPoolExecutor scheduler;
    private final ThreadPoolExecutor attempts;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicBoolean findingHosts = new AtomicBoolean();

    private HeartbeatService(
            HeartbeatSender sender,
            ExecutorHosts executorHosts,
            ScheduledThreadPoolExecutor scheduler,
            ThreadPoolExecutor attempts) {
        this.sender = sender;
        this.executorHosts = executorHosts;
        this.scheduler = scheduler;
        this.attempts = attempts;
    }

    /** Starts the threads for an application. */
    static HeartbeatService start(ListenerSettings settings, String appId) {
        HeartbeatTiming timing = new HeartbeatTiming(settings.timeoutMs());
        ThreadPoolExecutor attempts = new ThreadPoolExecutor(
                MAX_ATTEMPTS,
                MAX_ATTEMPTS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemonThreads("shuffle-service-connect"));
        attempts.allowCoreThreadTimeOut(true);
        HeartbeatSender sender = new HeartbeatSender(
                new SparkConnector(settings, timing, appId),
                timing,
                new RetryBackoff(timing.firstRetryNanos(), timing.maxRetryNanos(), new Random()),
                attempts,
                new HostReporter(new Slf4jLog(), settings.port()),
                System::nanoTime);
        ScheduledThreadPoolExecutor scheduler =
                new ScheduledThreadPoolExecutor(1, daemonThreads("shuffle-service-heartbeats"));
        HeartbeatService service = new HeartbeatService(sender, new ExecutorHosts(appId), scheduler, attempts);
        long check = timing.checkNanos();
        Future<?> unusedChecks = scheduler.scheduleWithFixedDelay(service::check, check, check, TimeUnit.NANOSECONDS);
        long interval = timing.timeoutNanos();
        Future<?> unusedSearches =
                scheduler.scheduleWithFixedDelay(service::findHosts, interval, interval, TimeUnit.NANOSECONDS);
        return service;
    }

    private static ThreadFactory daemonThreads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The lines of this listener come under its own name. */
    private static final class Slf4jLog implements ReportLog {
        @Override
        public void info(String line) {
            logger.info(line);
        }

        @Override
        public void warn(String line) {
            logger.warn(line);
        }
    }

    /** An executor runs on a host. */
    void addHost(String host) {
        sender.addHost(host);
    }

    private void check() {
        try {
            sender.check();
        } catch (Throwable e) {
            // Else the scheduler would call it never again.
            logger.debug("A check failed", e);
        }
    }

    /** Spark's listener bus may drop events, that of an executor or that of the application's end. */
    private void findHosts() {
        if (!findingHosts.compareAndSet(false, true)) {
            return;
        }
        try {
            attempts.execute(() -> {
                try {
                    if (executorHosts.hasEnded()) {
                        stop();
                    } else {
                        executorHosts.forEach(sender::addHost);
                    }
                } catch (Throwable e) {
                    logger.debug("Spark did not report where executors run", e);
                } finally {
                    findingHosts.set(false);
                }
            });
        } catch (RuntimeException | Error e) {
            findingHosts.set(false);
        }
    }

    /** Ends the threads; another one closes the connections. */
    void stop() {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        scheduler.shutdownNow();
        Thread closer = daemonThreads("shuffle-service-close").newThread(sender::close);
        closer.start();
        attempts.shutdown();
    }
}
