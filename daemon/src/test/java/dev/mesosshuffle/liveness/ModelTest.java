package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Random lives of applications, masters and daemons against a small model of what the rules promise: nothing of an
 * application is deleted that must stay; all of one that is over goes; nothing else is touched.
 *
 * <p>One seed is always the same, and one always another, which a failure names; {@code -Dmodel.seed} gives another
 * first one, {@code -Dmodel.sequences} says how many sequences there are.
 */
final class ModelTest {
    private static final long FIXED_SEED = 20_201_117;
    private static final int SEQUENCES = Integer.getInteger("model.sequences", 60);
    private static final int STEPS = 40;
    private static final int MOST_APPS = 5;

    private static final Duration END_RUN = Duration.ofHours(9);

    /** Twice the orphan timeout, for files may have changed in the first, and what restarts and the master may cost. */
    private static final Duration LONGEST_END = Duration.ofHours(60);

    private static final Duration SELDOM = Duration.ofMinutes(10);

    @TempDir
    Path temp;

    private final List<String> steps = new ArrayList<>();
    private final List<ModelApp> apps = new ArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.mesosshuffle");
    private final Logger sparkLogger = (Logger) LoggerFactory.getLogger("org.apache.spark");
    private Random random = new Random();

    @SuppressWarnings("NullAway.Init") // Each sequence has its own.
    private ModelDaemon daemon;

    private @Nullable ModelMaster master;
    private long listened;
    private int born;
    private Duration interval = ModelDaemon.CHECK;

    static LongStream seeds() {
        return LongStream.of(Long.getLong("model.seed", FIXED_SEED), new Random().nextLong());
    }

    @BeforeEach
    void quiet() {
        logger.setLevel(Level.OFF);
        sparkLogger.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        logger.setLevel(null);
        sparkLogger.setLevel(null);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatMustStayStaysAndWhatIsOverGoes(long seed) throws Exception {
        Random seeds = new Random(seed);
        for (int i = 0; i < SEQUENCES / 2; i++) {
            long one = seeds.nextLong();
            try {
                run(one, i);
            } catch (Throwable e) {
                throw new AssertionError(
                        "seed " + seed + ", sequence " + i + " after:\n" + String.join("\n", steps), e);
            }
        }
    }

    private void run(long seed, int number) throws Exception {
        random = new Random(seed);
        steps.clear();
        apps.clear();
        listened = 0;
        born = 0;
        Path dir = Files.createDirectories(temp.toRealPath().resolve(seed + "-" + number));
        Path root = Files.createDirectory(dir.resolve("root"));
        Path inside = Files.writeString(
                Files.createDirectories(root.resolve("blockmgr-of-nobody/0a")).resolve("file"), "data");
        Path outside = Files.writeString(
                Files.createDirectories(dir.resolve("blockmgr-outside")).resolve("file"), "data");
        Files.createSymbolicLink(root.resolve("link"), outside.getParent());
        master = random.nextInt(3) > 0 ? new ModelMaster() : null;
        daemon = new ModelDaemon(root, dir.resolve("state"), master == null ? null : master.scripted, random);
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
                checkAll();
            }
            end();
        } finally {
            daemon.close();
        }
        assertThat(inside).hasContent("data");
        assertThat(outside).hasContent("data");
    }

    private void step() throws Exception {
        if (apps.isEmpty()) {
            bear();
            return;
        }
        ModelApp app = apps.get(random.nextInt(apps.size()));
        switch (random.nextInt(18)) {
            case 0 -> bear();
            case 1, 2 -> registerDriver(app);
            case 3, 4 -> heartbeat(app);
            case 5 -> useAndWait(app);
            case 6 -> writeAndWait(app);
            case 7 -> registerExecutor(app);
            case 8 -> disconnect(app);
            case 9 -> die(app);
            case 10 -> restart();
            case 11 -> changeMaster();
            case 12 -> pause();
            case 13 -> setWallClock();
            case 14 -> keepOrRelease(app);
            case 15 -> remove(app);
            case 16 -> pass(Duration.ofMinutes(1 + random.nextInt(60)));
            default -> pass(random.nextBoolean() ? Duration.ofMinutes(1 + random.nextInt(8)) : someHours());
        }
    }

    private Duration someHours() {
        return Duration.ofHours(1 + random.nextInt(30));
    }

    private void bear() throws Exception {
        if (apps.size() >= MOST_APPS) {
            pass(Duration.ofMinutes(1));
            return;
        }
        ModelApp app = new ModelApp(
                "app-" + born++, Duration.ofMinutes(1 + random.nextInt(3)).toNanos(), random.nextInt(4) > 0);
        apps.add(app);
        note("is born", app);
        showToMaster();
        if (random.nextBoolean()) {
            registerDriver(app);
        }
        registerExecutor(app);
    }

    private void registerDriver(ModelApp app) throws Exception {
        if (!app.lives) {
            return;
        }
        note("registers its driver", app);
        Object connection = new Object();
        daemon.monitor.driverRegistered(app.id, Duration.ofNanos(app.timeout).toMillis(), connection, "/10.0.0.1:1");
        daemon.registry
                .registerDriver(app.id, Duration.ofNanos(app.timeout).toMillis())
                .get();
        app.connection = connection;
        app.canBeHeard = true;
        app.ended = null;
        app.heard = listened;
        app.sign(listened);
    }

    private void heartbeat(ModelApp app) {
        if (!app.lives || app.connection == null || !isKnown(app)) {
            return;
        }
        note("sends a heartbeat", app);
        daemon.monitor.heartbeat(app.id);
        app.heard = listened;
        app.sign(listened);
    }

    /** Some minutes, which is how long it counts. */
    private void useAndWait(ModelApp app) throws Exception {
        pass(Duration.ofMinutes(random.nextInt(5)));
        activity(app);
        pass(Duration.ofMinutes(random.nextInt(4)));
    }

    private void writeAndWait(ModelApp app) throws Exception {
        pass(Duration.ofMinutes(random.nextInt(5)));
        fileChange(app);
        pass(Duration.ofMinutes(random.nextInt(4)));
    }

    private void activity(ModelApp app) {
        if (!app.lives || !isKnown(app)) {
            return;
        }
        note("uses its files", app);
        daemon.monitor.activity(app.id);
        app.active = listened;
        app.sign(listened);
    }

    private void fileChange(ModelApp app) throws Exception {
        if (!app.lives || !isKnown(app) || app.dirs.isEmpty()) {
            return;
        }
        note("writes a file", app);
        daemon.setChanged(app.dirs.get(random.nextInt(app.dirs.size())), daemon.wallMillis());
        app.changed = daemon.time;
    }

    private void registerExecutor(ModelApp app) throws Exception {
        if (!app.lives || (!isKnown(app) && !app.dirs.isEmpty())) {
            return;
        }
        note("registers an executor", app);
        app.dirs.add(daemon.registerExecutor(app.id, app.dirs.size()));
        app.active = listened;
        app.changed = daemon.time;
        app.sign(listened);
        // Until the first check it is not known that it exists.
        check();
    }

    private void disconnect(ModelApp app) {
        if (app.connection == null) {
            return;
        }
        Disconnect how = anyOf(Disconnect.values());
        note("'s driver is disconnected " + how, app);
        daemon.monitor.driverDisconnected(app.id, app.connection, how);
        app.connection = null;
        app.ended = how;
        app.canBeHeard = how != Disconnect.CUT_OFF_BY_US;
        app.lives &= how != Disconnect.IN_ORDER || random.nextBoolean();
        showToMaster();
    }

    private void die(ModelApp app) {
        note("dies", app);
        app.lives = false;
        if (master != null && random.nextBoolean()) {
            master.scripted.completed.add(app.id);
            app.saidToHaveEnded = true;
        }
        showToMaster();
    }

    private void keepOrRelease(ModelApp app) throws Exception {
        if (!isKnown(app)) {
            return;
        }
        note(app.kept ? "is released" : "is kept", app);
        HandControl hand = daemon.monitor.handControl();
        if (app.kept) {
            hand.release(app.id).get();
            app.heard = listened;
            app.active = listened;
            app.sign(listened);
        } else {
            hand.keep(app.id).get();
        }
        app.kept = !app.kept;
    }

    private void remove(ModelApp app) throws Exception {
        if (!isKnown(app) || random.nextBoolean()) {
            return;
        }
        note("is removed by hand", app);
        if (app.kept) {
            assertThatThrownBy(() -> daemon.monitor.handControl().remove(app.id))
                    .isInstanceOf(RefusedException.class);
        } else {
            assertThat(daemon.monitor.handControl().remove(app.id).get()).isEqualTo(app.dirs.size());
            app.removed = true;
        }
    }

    private void restart() throws Exception {
        boolean inOrder = random.nextBoolean();
        Duration down = random.nextBoolean() ? Duration.ofSeconds(random.nextInt(100)) : someHours();
        steps.add("restart, in order: " + inOrder + ", down for " + down);
        daemon.restart(inOrder, down);
        for (ModelApp app : apps) {
            app.connection = null;
            app.canBeHeard = false;
            app.ended = null;
        }
    }

    private void pause() throws Exception {
        Duration pause = random.nextBoolean() ? Duration.ofSeconds(61 + random.nextInt(300)) : someHours();
        steps.add("pause of " + pause);
        daemon.time += pause.toNanos();
        // Up to an interval of it counts as listened to.
        listened += ModelDaemon.CHECK.toNanos();
        check();
    }

    private void setWallClock() {
        daemon.wallShift = Duration.ofHours(random.nextInt(20_000) - 10_000).toMillis();
        steps.add("the wall clock is set to +" + daemon.wallShift + " ms");
    }

    private void changeMaster() {
        if (master != null && master.change(random, listened)) {
            steps.add(master.text(listened));
            showToMaster();
        }
    }

    private void showToMaster() {
        if (master != null) {
            // One check asks, the next one decides.
            master.show(apps, listened, interval.multipliedBy(2));
        }
    }

    private void pass(Duration duration) throws Exception {
        steps.add("time: " + duration);
        // A daemon that checks more seldom lives faster here.
        interval = duration.toHours() >= 1 ? SELDOM : ModelDaemon.CHECK;
        daemon.monitor.expectChecks(interval);
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(interval)) {
            daemon.time += interval.toNanos();
            listened += interval.toNanos();
            showToMaster();
            check();
        }
        interval = ModelDaemon.CHECK;
        daemon.monitor.expectChecks(interval);
    }

    private void check() throws Exception {
        daemon.monitor.check();
        checkAll();
    }

    private void checkAll() throws Exception {
        for (ModelApp app : List.copyOf(apps)) {
            if (app.mustStay(listened, daemon.time, master != null)) {
                assertThat(isKnown(app)).as(app.id + " must stay").isTrue();
                for (LocalDir dir : app.dirs) {
                    assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
                }
            } else if (!isKnown(app)) {
                daemon.settle();
                steps.add(app.id + " is gone");
                app.dirs.forEach(dir -> steps.add(" with " + dir.path().getFileName()));
                for (LocalDir dir : app.dirs) {
                    daemon.awaitGone(dir.path());
                }
                apps.remove(app);
            }
        }
    }

    private <T> T anyOf(T[] values) {
        return List.of(values).get(random.nextInt(values.length));
    }

    private boolean isKnown(ModelApp app) {
        return daemon.registry.applications().contains(app.id);
    }

    private void note(String what, ModelApp app) {
        steps.add(app.id + " " + what);
    }

    /** None is kept any more, all die, and no daemon lives as long as an orphan may; yet all of them go. */
    private void end() throws Exception {
        for (ModelApp app : apps) {
            if (app.kept) {
                keepOrRelease(app);
            }
            app.lives = false;
            disconnect(app);
        }
        for (Duration passed = Duration.ZERO; passed.compareTo(LONGEST_END) < 0; passed = passed.plus(END_RUN)) {
            pass(END_RUN);
            daemon.restart(random.nextBoolean(), Duration.ZERO);
            apps.forEach(app -> app.canBeHeard = false);
        }
        assertThat(apps)
                .extracting(app -> app.id)
                .as("what is over and still there")
                .isEmpty();
    }
}
