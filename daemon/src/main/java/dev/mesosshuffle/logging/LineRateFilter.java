package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.mesosshuffle.concurrent.Ticker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Bounds the rate of every kind of line from INFO on: a kind is what one place of the code logs, known by its logger and its
 * text before values are put in. The bound is far above what a busy host logs, so that operators find a line for each
 * executor and driver as in Spark's log, and one who causes them in a loop fills no disk. {@link RateLimitedLogger} is stricter
 * where one line tells as much as a hundred. For any thread.
 */
final class LineRateFilter extends TurboFilter {
    /** The lines of a kind that are logged at any rate, such as those of all executors of a host that register again. */
    static final int BURST = 1000;

    /** How often another line of the kind may follow. */
    static final long NANOS_PER_LINE = TimeUnit.MILLISECONDS.toNanos(200);

    /** More than there are in the code. What comes after, if somebody logs texts without a constant, shares one bound. */
    private static final int MAX_KINDS = 1000;

    private static final org.slf4j.Logger ours = LoggerFactory.getLogger(LineRateFilter.class);

    private final ConcurrentMap<Kind, TokenBucket> buckets = new ConcurrentHashMap<>();
    private final TokenBucket others = new TokenBucket();
    private final Ticker ticker;

    LineRateFilter(Ticker ticker) {
        this.ticker = ticker;
    }

    static void install(LoggerContext loggers) {
        LineRateFilter filter = new LineRateFilter(System::nanoTime);
        filter.start();
        loggers.addTurboFilter(filter);
    }

    private record Kind(String logger, Level level, String text) {}

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable failure) {
        // Without a text it is only asked whether there would be a line.
        if (format == null
                || !level.isGreaterOrEqual(Level.INFO)
                || !level.isGreaterOrEqual(logger.getEffectiveLevel())
                || logger.getName().equals(ours.getName())) {
            return FilterReply.NEUTRAL;
        }
        long leftOut = bucket(new Kind(logger.getName(), level, format)).turn(ticker.read());
        if (leftOut < 0) {
            LogMetrics.suppressed.increment();
            return FilterReply.DENY;
        }
        if (leftOut > 0) {
            ours.info(
                    "{} lines as the next one of {} were not logged, as there were too many",
                    leftOut,
                    logger.getName());
        }
        return FilterReply.NEUTRAL;
    }

    private TokenBucket bucket(Kind kind) {
        TokenBucket known = buckets.get(kind);
        if (known != null) {
            return known;
        }
        return buckets.size() < MAX_KINDS ? buckets.computeIfAbsent(kind, k -> new TokenBucket()) : others;
    }

    /** The lines that a kind may still have. */
    private static final class TokenBucket {
        private int lines = BURST;
        private long refilled;
        private long leftOut;

        /** How many lines were left out since the last one, or -1 if this one is to be left out too. */
        private synchronized long turn(long now) {
            long more = (now - refilled) / NANOS_PER_LINE;
            if (lines + more >= BURST) {
                lines = BURST;
                refilled = now;
            } else {
                lines += (int) more;
                refilled += more * NANOS_PER_LINE;
            }
            if (lines == 0) {
                leftOut++;
                return -1;
            }
            lines--;
            long result = leftOut;
            leftOut = 0;
            return result;
        }
    }
}
