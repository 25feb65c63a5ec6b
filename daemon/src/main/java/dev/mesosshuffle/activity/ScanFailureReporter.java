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
 * Logs, once a day for each application and reason, that an application stays because its dirs cannot be looked at; and
 * once that they can be again. One disk can keep many applications: after the third one for the same reason a line says so,
 * and no more follow that day. A disk that hangs is told of by who watches it. Counts every such look. For any thread.
 */
public final class ScanFailureReporter {
    private static final Logger logger = LoggerFactory.getLogger(ScanFailureReporter.class);

    private static final int NAMED = 3;
    private static final int REMEMBERED = 10_000;
    private static final Duration AGAIN_AFTER = Duration.ofDays(1);

    private final Cache<Logged, Boolean> logged;
    private final Cache<String, Boolean> failing = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final Cache<String, AtomicInteger> byReason;
    private final Counter failures;

    public ScanFailureReporter(Counter failures, Ticker ticker) {
        this.failures = failures;
        this.byReason = Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .expireAfterWrite(AGAIN_AFTER)
                .ticker(ticker::read)
                .executor(Runnable::run)
                .build();
        this.logged = Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .expireAfterWrite(AGAIN_AFTER)
                .ticker(ticker::read)
                .executor(Runnable::run)
                .build();
    }

    private record Logged(String appId, String reason) {}

    public void failed(String appId, ScanFailure failure) {
        failures.inc();
        if (failure.equals(ScanFailure.HANGING)
                || logged.asMap().putIfAbsent(new Logged(appId, failure.reason()), true) != null) {
            return;
        }
        int count =
                byReason.get(failure.reason(), reason -> new AtomicInteger()).incrementAndGet();
        if (count == NAMED + 1) {
            logger.warn(
                    "More applications stay for the same reason ({}); the command apps shows which.", failure.reason());
        } else if (count <= NAMED) {
            failing.put(appId, true);
            logger.warn(
                    "Application {} stays, since whether files change in its local dirs cannot be told ({}). It is looked"
                            + " at again at each check: mend what hinders that (open files, permissions, the disk), or"
                            + " remove it by hand.",
                    Sanitizer.printable(appId),
                    failure.text());
        }
    }

    public void worked(String appId) {
        if (failing.asMap().remove(appId) != null) {
            logged.asMap().keySet().removeIf(entry -> entry.appId().equals(appId));
            byReason.invalidateAll();
            logger.info("The local dirs of application {} can be looked at again.", Sanitizer.printable(appId));
        }
    }
}
