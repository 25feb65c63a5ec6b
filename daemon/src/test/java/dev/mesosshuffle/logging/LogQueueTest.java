package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;

class LogQueueTest {
    private static final int MANY_BYTES = 1 << 20;

    private final LoggerContext context = new LoggerContext();
    private final LogLosses losses = new LogLosses();

    @Test
    void keepsTheOrderOfAllLevels() throws Exception {
        LogQueue queue = new LogQueue(losses, 8, MANY_BYTES);
        queue.offer(line(Level.INFO, "1"));
        queue.offer(line(Level.ERROR, "2"));
        queue.offer(line(Level.WARN, "3"));
        assertThat(queue.take().getMessage()).isEqualTo("1");
        queue.written();
        assertThat(queue.take().getMessage()).isEqualTo("2");
        queue.written();
        assertThat(queue.take().getMessage()).isEqualTo("3");
        assertThat(queue.isEmpty()).isTrue();
        assertThat(losses.total()).isEqualTo(LogLosses.Numbers.NONE);
    }

    @Test
    void keepsRoomForWarningsAndForErrors() {
        LogQueue queue = new LogQueue(losses, 8, MANY_BYTES);
        for (int i = 0; i < 10; i++) {
            queue.offer(line(Level.INFO, "flood"));
        }
        assertThat(losses.total()).isEqualTo(new LogLosses.Numbers(6, 0, 0));
        for (int i = 0; i < 10; i++) {
            queue.offer(line(Level.WARN, "flood"));
        }
        assertThat(losses.total()).isEqualTo(new LogLosses.Numbers(6, 8, 0));
        for (int i = 0; i < 10; i++) {
            queue.offer(line(Level.ERROR, "flood"));
        }
        assertThat(losses.total()).isEqualTo(new LogLosses.Numbers(6, 8, 8));
    }

    @Test
    void boundsBytesOfTheLineThatIsWrittenToo() throws Exception {
        SanitizedEvent line = line(Level.INFO, "x".repeat(1000));
        LogQueue queue = new LogQueue(losses, 100, 4 * line.estimatedBytes());
        queue.offer(line);
        queue.offer(line);
        assertThat(losses.total().info()).isZero();
        assertThat(queue.take()).isSameAs(line);
        queue.offer(line);
        assertThat(losses.total().info()).isEqualTo(1);
        queue.written();
        queue.offer(line);
        assertThat(losses.total().info()).isEqualTo(1);
    }

    @Test
    void waitsForWhatIsBeingWritten() throws Exception {
        LogQueue queue = new LogQueue(losses, 8, MANY_BYTES);
        queue.awaitWritten(Long.MAX_VALUE);
        queue.offer(line(Level.INFO, "1"));
        SanitizedEvent unused = queue.take();
        // It would be true at once if only what waits counted.
        queue.awaitWritten(System.nanoTime() - 1);
        Thread writer = new Thread(queue::written);
        writer.start();
        queue.awaitWritten(System.nanoTime() + Long.MAX_VALUE / 2);
        writer.join();
        assertThat(queue.isEmpty()).isTrue();
    }

    private SanitizedEvent line(Level level, String text) {
        return new SanitizedEvent(new LoggingEvent("", context.getLogger("a.b.C"), level, text, null, new Object[0]));
    }
}
