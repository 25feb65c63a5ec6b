package dev.mesosshuffle.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class HostReporterTest {
    private final LoggedLines log = new LoggedLines();
    private final HostReporter reporter = new HostReporter(log, 7337);

    @Test
    void logsEachEventOnce() {
        reporter.registered("a");
        reporter.lost("a");
        reporter.returned("a");
        reporter.absent("b", new IOException("Failed to connect to b/10.0.0.2:7337"));
        assertThat(log.take()).isEmpty();
        reporter.flush();
        reporter.flush();
        assertThat(log.take())
                .containsExactly(
                        "INFO Registered with the shuffle service (port 7337) of a",
                        "WARN Cannot register with a shuffle service (port 7337) of b: java.io.IOException: Failed to"
                                + " connect to b/10.0.0.2:7337. The application is not affected as long as it finds its"
                                + " shuffle files; trying on",
                        "WARN Lost the connection to the shuffle service (port 7337) of a; registering again as soon as"
                                + " it is back",
                        "INFO Registered again with the shuffle service (port 7337) of a");
    }

    @Test
    void namesTwentyHostsAndCountsTheOthers() {
        for (int i = 0; i < 1000; i++) {
            reporter.lost("host-" + i);
        }
        reporter.flush();
        assertThat(log.take())
                .singleElement()
                .asString()
                .contains("host-19 and 980 more;")
                .doesNotContain("host-20");
        reporter.lost("a");
        reporter.flush();
        assertThat(log.take()).singleElement().asString().contains("of a;");
    }

    @Test
    void givesTheReasonBeneathOthersOnOneShortLine() {
        Throwable answer = new SecurityException("refused\nat a.b.c" + "x".repeat(1000));
        reporter.absent("a", new RuntimeException("wrapped", new IllegalStateException(answer)));
        reporter.absent("b", new SecurityException("y".repeat(1000)));
        reporter.flush();
        assertThat(log.take()).singleElement().asString().contains("yyy...").hasSizeLessThan(500);
        reporter.absent("a", new RuntimeException("wrapped", new IllegalStateException(answer)));
        reporter.flush();
        assertThat(log.take()).singleElement().asString().contains(": java.lang.SecurityException: refused. The");
    }
}
