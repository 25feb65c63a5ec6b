package dev.mesosshuffle.mesos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mesosshuffle.liveness.FrameworkSnapshot;
import dev.mesosshuffle.liveness.MasterUnavailableException;
import dev.mesosshuffle.liveness.MasterUnavailableException.Reason;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A master that leads, clients of it, and the client's log. */
abstract class MasterClientFixture {
    static final RequestLimits LIMITS =
            new RequestLimits(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(30), 1 << 20);
    static final RequestLimits SHORT =
            new RequestLimits(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(30), 1 << 20);

    @TempDir
    Path temp;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(MasterClient.class.getPackageName());
    final ListAppender<ILoggingEvent> log = new ListAppender<>();
    MasterServer leader;

    @BeforeEach
    void start() throws Exception {
        leader = master();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() throws Exception {
        logger.detachAppender(log);
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    MasterServer master() throws IOException {
        return opened(MasterServer.http());
    }

    <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    MasterClient client(URI... urls) throws IOException {
        return client(LIMITS, settings(null, null, null, null, urls));
    }

    MasterClient client(RequestLimits limits, MasterClientConfig settings) throws IOException {
        return opened(new MasterClient(settings, limits));
    }

    static MasterClientConfig settings(
            @Nullable String principal, @Nullable Path secret, @Nullable Path token, @Nullable Path ca, URI... urls) {
        return new MasterClientConfig(List.of(urls), principal, secret, token, ca);
    }

    /** A place where nobody listens. */
    static URI nobody() throws IOException {
        return URI.create("http://127.0.0.1:" + FreePort.find());
    }

    static FrameworkSnapshot ask(MasterClient client) throws Exception {
        return client.fetchFrameworks().get(1, TimeUnit.MINUTES);
    }

    static void assertNoAnswer(MasterClient client, Reason reason, String part) {
        assertThatThrownBy(() -> ask(client))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        MasterUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(part);
    }
}
