package dev.mesosshuffle.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.host.ScriptedHost;
import dev.mesosshuffle.model.OrphanMode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A host with two services that share its roots, what lives on it, and perhaps a master; time passes only here. After
 * each step it is looked whether what must stay is there, and whether of what expired all goes.
 */
final class SimulatedHost implements AutoCloseable {
    private static final Duration LONG_INTERVAL = Duration.ofMinutes(10);
    private static final int[] PORTS = {7337, 7338};
    private static final String STATE = ".mesos-shuffle-service";

    final SimulatedClocks time;
    final ScriptedHost shown;
    final List<Path> roots = new ArrayList<>();
    final List<SimulatedService> services = new ArrayList<>();
    final @Nullable SimulatedMaster master;
    final SentinelFiles sentinels;

    /** Dirs that no registry names. */
    final List<SimulatedDir> orphans = new ArrayList<>();

    final List<Read> reads = new ArrayList<>();

    private final List<Going> going = new ArrayList<>();
    private final Duration upBefore;
    private final Random random;
    private final List<String> steps;
    private Duration interval = SimulatedService.CHECK;

    /** A dir that is over. */
    private record Going(SimulatedDir dir, @Nullable SimulatedService service, String appId) {}

    /** A block that is on its way to somebody. */
    record Read(SimulatedDir dir, SimulatedService service, String appId) {}

    /**
     * Makes one.
     *
     * @param dir an empty dir
     * @param steps gets what happens, for people
     */
    SimulatedHost(Path dir, Random random, List<String> steps) throws Exception {
        this.random = random;
        this.steps = steps;
        time = new SimulatedClocks(random);
        roots.add(Files.createDirectory(dir.resolve("root-1")));
        if (random.nextBoolean()) {
            roots.add(Files.createDirectory(dir.resolve("root-2")));
        }
        sentinels = new SentinelFiles(dir, roots);
        upBefore = Duration.ofHours(1 + random.nextInt(60));
        shown = new ScriptedHost(dir.resolve("proc"), upBefore);
        master = random.nextInt(3) > 0 ? new SimulatedMaster() : null;
        note("master: " + (master != null) + ", up for " + upBefore);
        SimulatedService.Setting setting = new SimulatedService.Setting(
                roots, roots.get(0).resolve(STATE), shown, time, master == null ? null : master.scripted, random);
        for (int port : PORTS) {
            boolean deletesDirs = random.nextInt(6) > 0;
            OrphanMode mode = List.of(OrphanMode.values()).get(random.nextInt(3));
            mode = !deletesDirs && mode == OrphanMode.DELETE ? OrphanMode.REPORT : mode;
            note("service " + port + ": cleanup " + deletesDirs + ", orphans " + mode);
            services.add(new SimulatedService(setting, port, mode, deletesDirs));
        }
    }

    void note(String what) {
        steps.add(what);
    }

    // Time.

    void pass(Duration duration) throws Exception {
        note("time: " + duration);
        // Services that check more seldom live faster here.
        interval = duration.toHours() >= 1 ? LONG_INTERVAL : SimulatedService.CHECK;
        setCheckInterval();
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(interval)) {
            passTime(interval);
            showToMaster();
            for (SimulatedService service : services) {
                if (service.isActive()) {
                    service.listened += interval.toNanos();
                    service.apps.forEach(app -> beat(service, app));
                    judge(service);
                }
            }
            checkAll();
            checkGone(!passed.isZero());
        }
        interval = SimulatedService.CHECK;
        setCheckInterval();
    }

    private void setCheckInterval() {
        services.stream()
                .filter(SimulatedService::isActive)
                .forEach(service -> service.monitor.setCheckInterval(interval));
    }

    private void passTime(Duration duration) {
        time.pass(duration);
        shown.up(upBefore.plusNanos(time.now()));
    }

    private static void beat(SimulatedService service, SimulatedApplication app) {
        if (app.beats && app.connection != null && service.isKnown(app)) {
            service.heartbeat(app);
        }
    }

    private void judge(SimulatedService service) throws Exception {
        service.monitor.check();
        service.cleanup.tick();
        checkAll();
        if (!service.isIdle()) {
            service.work(random.nextInt(3) == 0 ? 1 : Integer.MAX_VALUE);
        }
    }

    /** A process does nothing for a while, and the others go on. */
    void pause(List<SimulatedService> paused, Duration duration) throws Exception {
        note("pause of " + paused);
        paused.forEach(service -> service.isPaused = true);
        pass(duration);
        for (SimulatedService service : paused) {
            service.isPaused = false;
            // Up to an interval of it counts as listened to.
            service.listened += SimulatedService.CHECK.toNanos();
            judge(service);
            checkAll();
            // What drivers sent meanwhile may be read after that.
            service.apps.forEach(app -> beat(service, app));
        }
    }

    // Services.

    void start(SimulatedService service) throws Exception {
        note(service + " starts");
        service.start();
    }

    void stop(SimulatedService service) {
        note(service + " stops");
        service.stop();
        endReads(read -> read.service().equals(service));
    }

    void kill(SimulatedService service, int files) throws Exception {
        note(service + " is killed after " + files + " files");
        service.kill(files);
        endReads(read -> read.service().equals(service));
    }

    private void endReads(Predicate<Read> which) {
        List<Read> ended = reads.stream().filter(which).toList();
        ended.forEach(read -> read.dir().reads = 0);
        reads.removeAll(ended);
    }

    /** When the files of all dirs may seem to have changed to one of the services, by its first clock; sorted. */
    long[] misreadChanges() {
        Stream<SimulatedDir> applicationSteps =
                services.stream().flatMap(service -> service.apps.stream()).flatMap(app -> app.dirs.stream());
        return Stream.concat(applicationSteps, orphans.stream())
                .flatMapToLong(dir -> services.stream().mapToLong(service -> dir.misread(service.shift)))
                .sorted()
                .toArray();
    }

    // Scans of local directories.

    void breakScans(SimulatedService service) {
        note("scans of " + service + " are answered from now on: " + service.disk.breakDown(random));
    }

    void mendScans(SimulatedService service) throws Exception {
        note("scans of " + service + " succeed again");
        service.disk.mend();
        service.mendedAt = time.now();
        if (service.isRunning) {
            service.settle();
        }
        checkAll();
    }

    // The master.

    void showToMaster() {
        if (master != null) {
            // One check asks, the next one decides.
            master.show(services, time.now(), interval.multipliedBy(2));
        }
    }

    // What must be true.

    void checkAll() throws Exception {
        for (SimulatedService service : services) {
            for (SimulatedApplication app : List.copyOf(service.apps)) {
                if (service.isRunning && !service.isKnown(app)) {
                    check(
                            !app.mustStay(service.listened, time, service.shift, master != null),
                            app.id + " must be known after " + Duration.ofNanos(service.listened) + ": " + app);
                    check(
                            app.removed || app.dirs.isEmpty() || !service.disk.isBroken(),
                            app.id + " must be known, since nobody can tell whether its files change");
                    gone(service, app);
                } else {
                    check(app.dirs.stream().allMatch(SimulatedDir::isWhole), "files of " + app.id + " must be there");
                    check(!service.isRunning || service.isServed(app), "blocks of " + app.id + " must be served");
                }
            }
        }
        for (SimulatedDir dir : List.copyOf(orphans)) {
            if (!dir.isWhole()) {
                check(!mustStay(dir), dir + ", which nobody knows, must be there");
                note(dir + ", which nobody knew, is going");
                orphans.remove(dir);
                going.add(new Going(dir, null, ""));
            }
        }
        for (Going each : going) {
            check(each.dir().reads == 0 || each.dir().isReadable(), each.dir() + " is being read and must be there");
        }
    }

    private boolean mustStay(SimulatedDir dir) {
        long age = time.now() - dir.changed(time, services.stream().mapToLong(service -> service.shift));
        return services.stream().noneMatch(service -> service.deletesOrphans)
                || dir.mustStay(age, shown.showsAll(), upBefore.toNanos() + time.now());
    }

    private void gone(SimulatedService service, SimulatedApplication app) throws Exception {
        // Then all that follows from it waits to be done.
        service.settle();
        note(app.id + " is gone with " + app.dirs);
        service.apps.remove(app);
        for (SimulatedDir dir : app.dirs) {
            if (service.deletesDirs) {
                going.add(new Going(dir, service, app.id));
            } else {
                orphans.add(dir);
            }
        }
        if (!service.deletesDirs) {
            endReads(read -> read.appId().equals(app.id));
        }
    }

    /** What is over must be gone as soon as those who delete had time to. */
    private void checkGone(boolean hadTime) throws Exception {
        for (Going each : List.copyOf(going)) {
            List<SimulatedService> deleting = each.service() == null ? services : List.of(each.service());
            boolean idle = true;
            for (SimulatedService service : deleting) {
                idle &= service.isActive() && service.isIdle();
            }
            if (idle && reads.stream().noneMatch(read -> read.appId().equals(each.appId()))) {
                check(each.dir().isGone(), each.dir() + " must be gone");
                going.remove(each);
            }
        }
        if (hadTime && master == null) {
            for (SimulatedService service : services) {
                for (SimulatedApplication app : service.apps) {
                    check(
                            !service.isActive()
                                    || !service.couldScan(time.now())
                                    || !app.mustBeRemoved(service.listened, time, service.shift),
                            app.id + " must be gone");
                }
            }
        }
    }

    private static void check(boolean isTrue, String what) {
        if (!isTrue) {
            throw new AssertionError(what);
        }
    }

    /** Nothing is left but what nobody may delete. */
    void checkEnd() throws Exception {
        assertThat(going).as("what expired and still there").isEmpty();
        boolean deletes = services.stream().anyMatch(service -> service.deletesOrphans);
        assertThat(orphans).as("what nobody knows or uses, and is still there").allMatch(dir -> dir.open || !deletes);
        for (SimulatedService service : services) {
            assertThat(service.apps)
                    .extracting(app -> app.id)
                    .as("what expired and still known")
                    .isEmpty();
            assertThat(service.store.loadRemovals())
                    .as("intents of %s", service)
                    .isEmpty();
        }
        Set<Path> expected = new HashSet<>();
        orphans.forEach(dir -> expected.add(dir.dir.path()));
        for (Path root : roots) {
            assertThat(left(root, expected)).as("what is left").isEmpty();
        }
        sentinels.assertUntouched();
    }

    private List<Path> left(Path parent, Set<Path> expected) throws IOException {
        List<Path> left = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
            for (Path entry : entries) {
                if (expected.stream().anyMatch(path -> !path.equals(entry) && path.startsWith(entry))) {
                    left.addAll(left(entry, expected));
                } else if (!expected.contains(entry) && !sentinels.hold(entry) && !entry.endsWith(STATE)) {
                    left.add(entry);
                }
            }
        }
        return left;
    }

    @Override
    public void close() {
        services.forEach(SimulatedService::close);
    }
}
