package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.mesosshuffle.concurrent.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * Bounds and labels what Netty logs of itself: of each of its classes one line a minute, which says that it is Netty's.
 * Each exception has a handler of ours, so what Netty warns of is a fault that should be reported; but a client that found
 * out how to cause it may do so at any rate. A leak of buffers, which Netty itself logs once for each place, passes as it
 * is. For any thread.
 */
final class NettyLogFilter extends TurboFilter {
    private static final org.slf4j.Logger ours = LoggerFactory.getLogger(NettyLogFilter.class);

    private static final String PREFIX = "io.netty.";

    /** Finds no hardware address in a container without a network, and takes random bytes, which do as well. */
    private static final String ADDRESSES = "io.netty.util.internal.MacAddressUtil";

    private static final String LEAKS = "io.netty.util.ResourceLeakDetector";

    private final RateLimitedLogger limitedLogger;

    NettyLogFilter(Ticker ticker) {
        this.limitedLogger = new RateLimitedLogger(ticker);
    }

    /** Has all that is logged pass through one, whatever an operator's own configuration is. */
    static void install(LoggerContext loggers) {
        NettyLogFilter filter = new NettyLogFilter(System::nanoTime);
        filter.start();
        loggers.addTurboFilter(filter);
    }

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
                || !level.isGreaterOrEqual(Level.WARN)
                || !logger.getName().startsWith(PREFIX)
                || logger.getName().equals(LEAKS)) {
            return FilterReply.NEUTRAL;
        }
        if (logger.getName().equals(ADDRESSES)) {
            return FilterReply.DENY;
        }
        // The last parameter of a line may be its exception.
        var message = failure == null
                ? MessageFormatter.arrayFormat(format, params)
                : MessageFormatter.arrayFormat(format, params, failure);
        Throwable cause = message.getThrowable();
        String line =
                "Netty (" + logger.getName() + "): " + ErrorMessages.oneLine(String.valueOf(message.getMessage()));
        if (cause == null) {
            limitedLogger.warn(ours, logger.getName(), line);
        } else {
            limitedLogger.error(ours, logger.getName(), line, cause);
        }
        return FilterReply.DENY;
    }
}
