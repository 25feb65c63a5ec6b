package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class NettyLogFilterTest {
    private final AtomicLong now = new AtomicLong();
    private final NettyLogFilter filter = new NettyLogFilter(now::get);
    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private final List<TurboFilter> otherFilters = List.copyOf(loggers.getTurboFilterList());

    @BeforeEach
    void install() {
        loggers.resetTurboFilterList();
        filter.start();
        loggers.addTurboFilter(filter);
        lines.start();
        root.addAppender(lines);
    }

    @AfterEach
    void remove() {
        root.detachAppender(lines);
        loggers.resetTurboFilterList();
        otherFilters.forEach(loggers::addTurboFilter);
    }

    @Test
    void logsOfEachOfNettysClassesOneLineAMinuteThatSaysWhoseItIs() {
        for (int second = 0; second < 61; second++) {
            loggers.getLogger("io.netty.channel.A").warn("failed: {}", "first\nsecond", new IllegalStateException("x"));
            now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
        loggers.getLogger("io.netty.channel.B").error("failed");
        assertThat(messages())
                .containsExactly(
                        "Netty (io.netty.channel.A): failed: first second",
                        "Netty (io.netty.channel.A): failed: first second (59 more of these since the last such line)",
                        "Netty (io.netty.channel.B): failed");
        assertThat(lines.list.get(0).getThrowableProxy().getMessage()).isEqualTo("x");
        assertThat(lines.list.get(0).getLoggerName()).isEqualTo(NettyLogFilter.class.getName());
    }

    @Test
    void leavesAloneWhatIsOurOwnOrBelowAWarningOrALeak() {
        for (int time = 0; time < 2; time++) {
            loggers.getLogger("dev.mesosshuffle.Any").warn("ours");
            loggers.getLogger("io.netty.channel.A").info("netty's");
            loggers.getLogger("io.netty.util.ResourceLeakDetector").error("LEAK");
        }
        assertThat(messages()).containsExactly("ours", "netty's", "LEAK", "ours", "netty's", "LEAK");
        assertThat(loggers.getLogger("io.netty.channel.A").isWarnEnabled()).isTrue();
        assertThat(loggers.getLogger("io.netty.channel.A").isDebugEnabled())
                .isEqualTo(root.getLevel().levelInt <= Level.DEBUG_INT);
    }

    @Test
    void saysNothingOfAHostWithoutAHardwareAddressWhichIsNoTrouble() {
        loggers.getLogger("io.netty.util.internal.MacAddressUtil").warn("Failed to find a usable hardware address");
        assertThat(messages()).isEmpty();
    }

    private List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
