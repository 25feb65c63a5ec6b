package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** A monitor with a real registry, store and reclaimer, and time that passes when told to. */
final class LivenessFixture implements AutoCloseable {
    static final Duration ORPHAN_TIMEOUT = Duration.ofHours(24);

    /** Begins shortly before it wraps around. */
    final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

    private final AtomicInteger readings = new AtomicInteger();
    private volatile int brokenFrom;
    private volatile int brokenBefore;

    final MetricRegistry metrics = new MetricRegistry();
    final Path root;
    final StateStore store;
    final Registry registry;
    final List<LocalDir> forgotten = new CopyOnWriteArrayList<>();
    final Reclaimer reclaimer;
    final LivenessMonitor monitor;

    private final Path stateDir;
    private final Logger logger = (Logger) LoggerFactory.getLogger("org.apache.spark");
    private final Logger ownLogger = (Logger) LoggerFactory.getLogger(LivenessMonitor.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    LivenessFixture(Path temp) throws Exception {
        this(temp, ORPHAN_TIMEOUT, true);
    }

    LivenessFixture(Path temp, Duration orphanTimeout, boolean cleanup) throws Exception {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        stateDir = temp.resolve("state");
        store = StateStore.open(stateDir, 7337, Clock.systemUTC(), metrics);
        registry = Registry.restore(store, metrics);
        reclaimer = Reclaimer.start(
                store, LocalDirPolicy.of(List.of(root), metrics), appId -> false, System::nanoTime, 0, metrics);
        monitor = LivenessMonitor.create(
                registry, reclaimer, this::readTime, orphanTimeout, cleanup, forgotten::addAll, metrics);
        log.start();
        logger.addAppender(log);
        ownLogger.addAppender(log);
    }

    private long readTime() {
        int reading = readings.incrementAndGet();
        if (reading >= brokenFrom && reading < brokenBefore) {
            throw new IllegalStateException("broken for a test");
        }
        return time.get();
    }

    /** Lets some of the next readings of the time fail; a check reads it once itself, then once for each application. */
    void breakReadings(int from, int before) {
        brokenFrom = readings.get() + from;
        brokenBefore = readings.get() + before;
    }

    void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }

    /** Registers an executor with one dir in the root, and a file in that. */
    LocalDir registerExecutor(String appId, String execId) throws Exception {
        LocalDir dir = new LocalDir(root, root.resolve("blockmgr-" + appId + "-" + execId));
        Files.createDirectories(dir.path().resolve("0a"));
        Files.writeString(dir.path().resolve("0a/shuffle_0_0_0.data"), "data");
        monitor.activity(appId);
        RegisteredExecutor executor = new RegisteredExecutor(
                new AppExecId(appId, execId),
                new ExecutorShuffleInfo(List.of(dir.path().toString()), 64, "a.ShuffleManager"),
                List.of(dir));
        registry.registerExecutor(executor).get(1, TimeUnit.MINUTES);
        return dir;
    }

    /** Registers executors with dirs that are not there. */
    List<AppExecId> registerExecutors(String appId, int number) throws Exception {
        List<AppExecId> ids = new ArrayList<>();
        List<CompletableFuture<Void>> registered = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            LocalDir dir = new LocalDir(root, root.resolve("blockmgr-" + appId + "-" + i));
            ids.add(new AppExecId(appId, String.valueOf(i)));
            registered.add(registry.registerExecutor(new RegisteredExecutor(
                    ids.get(i),
                    new ExecutorShuffleInfo(List.of(dir.path().toString()), 64, "a.ShuffleManager"),
                    List.of(dir))));
        }
        CompletableFuture.allOf(registered.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
        return ids;
    }

    /** Checks, and waits until what was decided is in the store. */
    void check() throws Exception {
        monitor.check();
        settle();
    }

    void settle() throws Exception {
        store.dropExecutors(List.of()).get(1, TimeUnit.MINUTES);
    }

    void assertAlive(String appId) throws Exception {
        check();
        assertThat(registry.applications()).contains(appId);
    }

    void assertOver(String appId) throws Exception {
        check();
        assertThat(registry.applications()).doesNotContain(appId);
    }

    /** Makes every removal fail, or work again. */
    void breakRemovals(boolean broken) throws SQLException {
        sql(
                broken
                        ? "CREATE TRIGGER broken BEFORE INSERT ON removals BEGIN SELECT RAISE(ABORT, 'broken for a test'); END"
                        : "DROP TRIGGER broken");
    }

    private void sql(String command) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + stateDir.resolve("registry-7337.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    long count(String metric) {
        return metrics.counter("shuffleService." + metric).getCount();
    }

    Object gauge(String metric) {
        return metrics.gauge("shuffleService." + metric).getValue();
    }

    /** What the monitor and Spark's loggers said, in order. */
    List<String> log() {
        return lines().toList();
    }

    List<String> log(String part) {
        return lines().filter(line -> line.contains(part)).toList();
    }

    private Stream<String> lines() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .map(event -> event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage());
    }

    @Override
    public void close() {
        logger.detachAppender(log);
        ownLogger.detachAppender(log);
        monitor.close();
        reclaimer.close();
        store.close();
    }

    /** Waits until nothing is left in the root. */
    void awaitEmptyRoot() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (isRootFilled()) {
            assertThat(System.nanoTime() - deadline)
                    .as("the root was not emptied in time")
                    .isNegative();
            settle();
        }
    }

    private boolean isRootFilled() throws IOException {
        try (Stream<Path> left = Files.list(root)) {
            return left.findAny().isPresent();
        }
    }
}
