package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.model.Text;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs, once a day for each application and reason, that an application stays because its dirs cannot be looked at; and
 * once that they can be again. Counts every such look. For any thread.
 */
final class LookReports {
    private static final Logger logger = LoggerFactory.getLogger(LookReports.class);

    private static final int REMEMBERED = 10_000;
    private static final Duration AGAIN_AFTER = Duration.ofDays(1);

    private final Cache<Logged, Boolean> logged;
    private final Cache<String, Boolean> failing = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final Counter failures;

    LookReports(Counter failures, LongSupplier nanoTime) {
        this.failures = failures;
        this.logged = Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .expireAfterWrite(AGAIN_AFTER)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    private record Logged(String appId, String reason) {}

    void failed(String appId, LookFailure failure) {
        failures.inc();
        failing.put(appId, true);
        if (logged.asMap().putIfAbsent(new Logged(appId, failure.reason()), true) == null) {
            logger.warn(
                    "Application {} stays, since whether files change in its local dirs cannot be told ({}). It is looked"
                            + " at again at each check: mend what hinders that (open files, permissions, the disk), or"
                            + " remove it by hand.",
                    Text.printable(appId),
                    failure.text());
        }
    }

    void worked(String appId) {
        if (failing.asMap().remove(appId) != null) {
            logged.asMap().keySet().removeIf(entry -> entry.appId().equals(appId));
            logger.info("The local dirs of application {} can be looked at again.", Text.printable(appId));
        }
    }
}
