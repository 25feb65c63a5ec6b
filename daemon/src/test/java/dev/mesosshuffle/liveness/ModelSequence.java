package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What happens in a {@link ModelWorld}: one thing after the other at random, and then the end of all applications. */
final class ModelSequence {
    private static final int STEPS = 40;
    private static final int MOST_APPS = 5;

    private static final Duration END_RUN = Duration.ofHours(9);

    /** Twice the orphan timeout, for files may have changed in the first, and what restarts and the master may cost. */
    private static final Duration LONGEST_END = Duration.ofHours(60);

    private final ModelWorld world;
    private final ModelDaemon daemon;
    private final Random random;
    private int born;

    ModelSequence(ModelWorld world, Random random) {
        this.world = world;
        this.daemon = world.daemon;
        this.random = random;
    }

    void run() throws Exception {
        for (int step = 0; step < STEPS; step++) {
            step();
            world.checkAll();
        }
        end();
    }

    private void step() throws Exception {
        if (world.apps.isEmpty()) {
            bear();
            return;
        }
        ModelApp app = world.apps.get(random.nextInt(world.apps.size()));
        switch (random.nextInt(18)) {
            case 0 -> bear();
            case 1, 2 -> registerDriver(app);
            case 3, 4 -> heartbeat(app);
            case 5 -> useAndWait(app);
            case 6 -> writeAndWait(app);
            case 7 -> registerExecutor(app);
            case 8 -> disconnect(app);
            case 9 -> die(app);
            case 10 -> world.restart();
            case 11 -> world.changeMaster();
            case 12 -> world.pause();
            case 13 -> world.setWallClock();
            case 14 -> keepOrRelease(app);
            case 15 -> remove(app);
            case 16 -> world.pass(Duration.ofMinutes(1 + random.nextInt(60)));
            default -> world.pass(random.nextBoolean() ? Duration.ofMinutes(1 + random.nextInt(8)) : world.someHours());
        }
    }

    private void bear() throws Exception {
        if (world.apps.size() >= MOST_APPS) {
            world.pass(Duration.ofMinutes(1));
            return;
        }
        ModelApp app = new ModelApp(
                "app-" + born++, Duration.ofMinutes(1 + random.nextInt(3)).toNanos(), random.nextInt(4) > 0);
        world.apps.add(app);
        world.note("is born", app);
        world.showToMaster();
        if (random.nextBoolean()) {
            registerDriver(app);
        }
        registerExecutor(app);
    }

    private void registerDriver(ModelApp app) throws Exception {
        if (!app.lives) {
            return;
        }
        world.note("registers its driver", app);
        Object connection = new Object();
        daemon.monitor.driverRegistered(app.id, Duration.ofNanos(app.timeout).toMillis(), connection, "/10.0.0.1:1");
        daemon.registry
                .registerDriver(app.id, Duration.ofNanos(app.timeout).toMillis())
                .get();
        app.connection = connection;
        app.canBeHeard = true;
        app.ended = null;
        app.heard = world.listened;
        app.sign(world.listened);
    }

    private void heartbeat(ModelApp app) {
        if (!app.lives || app.connection == null || !world.isKnown(app)) {
            return;
        }
        world.note("sends a heartbeat", app);
        daemon.monitor.heartbeat(app.id);
        app.heard = world.listened;
        app.sign(world.listened);
    }

    /** Some minutes, which is how long it counts. */
    private void useAndWait(ModelApp app) throws Exception {
        world.pass(Duration.ofMinutes(random.nextInt(5)));
        activity(app);
        world.pass(Duration.ofMinutes(random.nextInt(4)));
    }

    private void writeAndWait(ModelApp app) throws Exception {
        world.pass(Duration.ofMinutes(random.nextInt(5)));
        fileChange(app);
        world.pass(Duration.ofMinutes(random.nextInt(4)));
    }

    private void activity(ModelApp app) {
        if (!app.lives || !world.isKnown(app)) {
            return;
        }
        world.note("uses its files", app);
        daemon.monitor.activity(app.id);
        app.active = world.listened;
        app.sign(world.listened);
    }

    private void fileChange(ModelApp app) throws Exception {
        if (!app.lives || !world.isKnown(app) || app.dirs.isEmpty()) {
            return;
        }
        world.note("writes a file", app);
        daemon.setChanged(app.dirs.get(random.nextInt(app.dirs.size())), daemon.wallMillis());
        app.changed = daemon.time;
    }

    private void registerExecutor(ModelApp app) throws Exception {
        if (!app.lives || (!world.isKnown(app) && !app.dirs.isEmpty())) {
            return;
        }
        world.note("registers an executor", app);
        app.dirs.add(daemon.registerExecutor(app.id, app.dirs.size()));
        app.active = world.listened;
        app.changed = daemon.time;
        app.sign(world.listened);
        // Until the first check it is not known that it exists.
        world.check();
    }

    private void disconnect(ModelApp app) {
        if (app.connection == null) {
            return;
        }
        Disconnect how = anyOf(Disconnect.values());
        world.note("'s driver is disconnected " + how, app);
        daemon.monitor.driverDisconnected(app.id, app.connection, how);
        app.connection = null;
        app.ended = how;
        app.canBeHeard = how != Disconnect.CUT_OFF_BY_US;
        app.lives &= how != Disconnect.IN_ORDER || random.nextBoolean();
        world.showToMaster();
    }

    private void die(ModelApp app) {
        world.note("dies", app);
        app.lives = false;
        world.tellOfEnd(app);
        world.showToMaster();
    }

    private void keepOrRelease(ModelApp app) throws Exception {
        if (!world.isKnown(app)) {
            return;
        }
        world.note(app.kept ? "is released" : "is kept", app);
        HandControl hand = daemon.monitor.handControl();
        if (app.kept) {
            hand.release(app.id).get();
            app.heard = world.listened;
            app.active = world.listened;
            app.sign(world.listened);
        } else {
            hand.keep(app.id).get();
        }
        app.kept = !app.kept;
    }

    private void remove(ModelApp app) throws Exception {
        if (!world.isKnown(app) || random.nextBoolean()) {
            return;
        }
        world.note("is removed by hand", app);
        if (app.kept) {
            assertThatThrownBy(() -> daemon.monitor.handControl().remove(app.id))
                    .isInstanceOf(RefusedException.class);
        } else {
            assertThat(daemon.monitor.handControl().remove(app.id).get()).isEqualTo(app.dirs.size());
            app.removed = true;
        }
    }

    private <T> T anyOf(T[] values) {
        return List.of(values).get(random.nextInt(values.length));
    }

    /** None is kept any more, all die, and no daemon lives as long as an orphan may; yet all of them go. */
    private void end() throws Exception {
        for (ModelApp app : world.apps) {
            if (app.kept) {
                keepOrRelease(app);
            }
            app.lives = false;
            disconnect(app);
        }
        for (Duration passed = Duration.ZERO; passed.compareTo(LONGEST_END) < 0; passed = passed.plus(END_RUN)) {
            world.pass(END_RUN);
            daemon.restart(random.nextBoolean(), Duration.ZERO);
            world.apps.forEach(app -> app.canBeHeard = false);
        }
        assertThat(world.apps)
                .extracting(app -> app.id)
                .as("what is over and still there")
                .isEmpty();
    }
}
