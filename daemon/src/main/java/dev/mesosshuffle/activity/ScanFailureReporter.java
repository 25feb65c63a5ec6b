package dev.mesosshuffle.activity;

import com.codahale.metrics.Counter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.Sanitizer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs, once a day for each application and reason, that an application stays because its directories cannot be scanned;
 * and once that they can be again. One disk can affect many applications: after the third one for the same reason, a line
 * says so, and no more follow that day. A hanging disk is reported by its prober. Counts every failed scan. For any thread.
 */
public final class ScanFailureReporter {
    private static final Logger logger = LoggerFactory.getLogger(ScanFailureReporter.class);

    private static final int MAX_NAMED = 3;
    private static final int MAX_REMEMBERED = 10_000;
    private static final Duration LOG_INTERVAL = Duration.ofDays(1);

    private final Cache<Logged, Boolean> logged;
    private final Cache<String, Boolean> failing = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final Cache<String, AtomicInteger> byReason;
    private final Counter failures;

    /** Creates a reporter that counts failed scans in a counter. */
    public ScanFailureReporter(Counter failures, Ticker ticker) {
        this.failures = failures;
        this.byReason = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(LOG_INTERVAL)
                .ticker(ticker::read)
                .executor(Runnable::run)
                .build();
        this.logged = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(LOG_INTERVAL)
                .ticker(ticker::read)
                .executor(Runnable::run)
                .build();
    }

    private record Logged(String appId, String reason) {}

    /** Reports that an application stays because a scan failed. */
    public void failed(String appId, ScanFailure failure) {
        failures.inc();
        if (failure.equals(ScanFailure.HANGING)
                || logged.asMap().putIfAbsent(new Logged(appId, failure.reason()), true) != null) {
            return;
        }
        int count =
                byReason.get(failure.reason(), reason -> new AtomicInteger()).incrementAndGet();
        if (count == MAX_NAMED + 1) {
            logger.warn(
                    "More applications stay for the same reason ({}); the command apps lists them.", failure.reason());
        } else if (count <= MAX_NAMED) {
            failing.put(appId, true);
            logger.warn(
                    "Application {} stays, because changes in its local directories cannot be determined ({}). The scan is"
                            + " retried at each check: fix the cause (open files, permissions, the disk), or remove the"
                            + " application with the command remove.",
                    Sanitizer.printable(appId),
                    failure.text());
        }
    }

    /** Reports a complete scan. */
    public void succeeded(String appId) {
        if (failing.asMap().remove(appId) != null) {
            logged.asMap().keySet().removeIf(entry -> entry.appId().equals(appId));
            byReason.invalidateAll();
            logger.info("The local directories of application {} can be scanned again.", Sanitizer.printable(appId));
        }
    }
}
