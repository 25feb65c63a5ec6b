package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A host with a daemon, what lives on it, and perhaps a master; time passes only here. After each check of the daemon it
 * is looked whether what must stay is there, and whether of what is over all goes.
 */
final class ModelWorld implements AutoCloseable {
    private static final Duration SELDOM = Duration.ofMinutes(10);

    final ModelDaemon daemon;
    final List<ModelApp> apps = new ArrayList<>();

    /** The time that the daemon has listened, in ns. */
    long listened;

    private final @Nullable ModelMaster master;
    private final Random random;
    private final List<String> steps;
    private final Path inside;
    private final Path outside;
    private Duration interval = ModelDaemon.CHECK;

    /**
     * Makes one.
     *
     * @param dir an empty dir
     * @param steps gets what happens, for people
     */
    ModelWorld(Path dir, Random random, List<String> steps) throws Exception {
        this.random = random;
        this.steps = steps;
        Path root = Files.createDirectory(dir.resolve("root"));
        inside = Files.writeString(
                Files.createDirectories(root.resolve("blockmgr-of-nobody/0a")).resolve("file"), "data");
        outside = Files.writeString(
                Files.createDirectories(dir.resolve("blockmgr-outside")).resolve("file"), "data");
        Files.createSymbolicLink(root.resolve("link"), outside.getParent());
        master = random.nextInt(3) > 0 ? new ModelMaster() : null;
        daemon = new ModelDaemon(root, dir.resolve("state"), master == null ? null : master.scripted, random);
    }

    void pass(Duration duration) throws Exception {
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

    void check() throws Exception {
        daemon.monitor.check();
        checkAll();
    }

    void checkAll() throws Exception {
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

    void restart() throws Exception {
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

    void pause() throws Exception {
        Duration pause = random.nextBoolean() ? Duration.ofSeconds(61 + random.nextInt(300)) : someHours();
        steps.add("pause of " + pause);
        daemon.time += pause.toNanos();
        // Up to an interval of it counts as listened to.
        listened += ModelDaemon.CHECK.toNanos();
        check();
    }

    void setWallClock() {
        daemon.wallShift = Duration.ofHours(random.nextInt(20_000) - 10_000).toMillis();
        steps.add("the wall clock is set to +" + daemon.wallShift + " ms");
    }

    void changeMaster() {
        if (master != null && master.change(random, listened)) {
            steps.add(master.text(listened));
            showToMaster();
        }
    }

    void showToMaster() {
        if (master != null) {
            // One check asks, the next one decides.
            master.show(apps, listened, interval.multipliedBy(2));
        }
    }

    boolean isKnown(ModelApp app) {
        return daemon.registry.applications().contains(app.id);
    }

    void note(String what, ModelApp app) {
        steps.add(app.id + " " + what);
    }

    Duration someHours() {
        return Duration.ofHours(1 + random.nextInt(30));
    }

    /** The master says that an application ended, if there is one. */
    void tellOfEnd(ModelApp app) {
        if (master != null && random.nextBoolean()) {
            master.scripted.completed.add(app.id);
            app.saidToHaveEnded = true;
        }
    }

    void assertNothingElseTouched() {
        assertThat(inside).hasContent("data");
        assertThat(outside).hasContent("data");
    }

    @Override
    public void close() {
        daemon.close();
    }
}
