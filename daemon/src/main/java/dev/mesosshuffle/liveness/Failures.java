package dev.mesosshuffle.liveness;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of each failure that should never happen once, however often it does. For any thread. */
final class Failures {
    private static final Logger logger = LoggerFactory.getLogger(Failures.class);

    private static final int REMEMBERED = 1000;

    private final Cache<String, Boolean> told = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    void tell(String what, Throwable reason) {
        if (told.asMap().putIfAbsent(reason.toString(), true) == null) {
            logger.error("{} (told once, tried again at each check)", what, reason);
        }
    }
}
