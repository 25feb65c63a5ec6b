package dev.mesosshuffle.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.liveness.ApplicationAdmin;
import dev.mesosshuffle.liveness.OperationRefusedException;
import dev.mesosshuffle.model.CloseReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What applications do, and what is done to them by operators. */
final class ApplicationSteps {
    private static final int MAX_APPS = 5;

    private final SimulatedHost host;
    private final RandomChoices chance;
    private int launched;

    ApplicationSteps(SimulatedHost host, RandomChoices chance) {
        this.host = host;
        this.chance = chance;
    }

    void launch() throws Exception {
        SimulatedService service = chance.anyService();
        long apps = host.services.stream().mapToInt(each -> each.apps.size()).sum();
        if (!service.isActive() || apps >= MAX_APPS) {
            host.pass(Duration.ofMinutes(1));
            return;
        }
        SimulatedApplication app = new SimulatedApplication(
                "app-" + launched++, chance.minutes(1, 4).toNanos(), chance.random.nextInt(4) > 0);
        app.beats = chance.oneIn(3);
        app.comesBack = chance.oneIn(2);
        service.apps.add(app);
        host.note(app.id + " is launched at " + service + ", timeout " + Duration.ofNanos(app.timeout)
                + (app.visible ? "" : ", not shown by the master") + (app.beats ? ", beats" : "")
                + (app.comesBack ? ", announces to come back" : ""));
        host.showToMaster();
        if (chance.random.nextBoolean()) {
            registerDriver(service, app);
        }
        registerExecutor(service, app);
    }

    void registerDriver(SimulatedService service, SimulatedApplication app) throws Exception {
        if (app.lives) {
            host.note(app.id + " registers its driver");
            service.registerDriver(app);
        }
    }

    /** It can do no harm, once it is known who the driver is. */
    void registerStranger(SimulatedService service, SimulatedApplication app) throws Exception {
        if (app.everHadDriver) {
            CloseReason how = chance.anyOf(List.of(CloseReason.values()));
            host.note("a stranger registers as the driver of " + app.id + ", and is disconnected " + how);
            service.registerStranger(app, how);
        }
    }

    void heartbeat(SimulatedService service, SimulatedApplication app) {
        if (app.lives && app.connection != null) {
            host.note(app.id + " sends a heartbeat");
            service.heartbeat(app);
        }
    }

    void beginOrEndHeartbeats(SimulatedService service, SimulatedApplication app) {
        app.beats = app.lives && !app.beats;
        host.note(app.id + (app.beats ? " sends heartbeats from now on" : " sends no heartbeats any more"));
        if (app.beats && app.connection != null) {
            // The first one arrives before anything else happens, such as the end of a scan.
            service.heartbeat(app);
        }
    }

    /** Some minutes, which is how long it counts. */
    void useAndWait(SimulatedService service, SimulatedApplication app) throws Exception {
        host.pass(chance.minutes(0, 5));
        if (app.lives && service.isKnown(app)) {
            host.note(app.id + " uses its files");
            service.activity(app);
        }
        host.pass(chance.minutes(0, 4));
    }

    void writeAndWait(SimulatedService service, SimulatedApplication app) throws Exception {
        host.pass(chance.minutes(0, 5));
        if (app.lives && service.isKnown(app) && !app.dirs.isEmpty()) {
            host.note(app.id + " writes a file");
            chance.anyOf(app.dirs).write(host.time);
        }
        host.pass(chance.minutes(0, 4));
    }

    void registerExecutor(SimulatedService service, SimulatedApplication app) throws Exception {
        if (!app.lives) {
            return;
        }
        List<SimulatedDir> its = new ArrayList<>();
        boolean found = !host.orphans.isEmpty() && chance.oneIn(3);
        if (found) {
            its.add(chance.anyOf(host.orphans));
        } else {
            for (Path root : host.roots) {
                if (its.isEmpty() || chance.random.nextBoolean()) {
                    its.add(SimulatedDir.make(chance.newDir(root, true), host.sentinels.outside, host.time, 0));
                }
            }
        }
        host.note(app.id + " registers an executor with " + its);
        if (service.registerExecutor(
                app, its.stream().map(dir -> dir.dir.path()).toList())) {
            host.orphans.removeAll(its);
            app.dirs.addAll(its);
        } else {
            host.note("which is refused");
            assertThat(found || its.stream().anyMatch(dir -> chance.isInParent(dir.dir)))
                    .as("only what is going, or lies in what is going, is refused")
                    .isTrue();
            its.stream().filter(dir -> !host.orphans.contains(dir)).forEach(host.orphans::add);
        }
        // Until the first check it is not known that it exists.
        service.monitor.check();
        host.checkAll();
    }

    void registerDirOfAnother(SimulatedService service, SimulatedApplication app) throws Exception {
        SimulatedApplication other = chance.anyOf(service.apps);
        if (!other.equals(app) && !other.dirs.isEmpty()) {
            host.note(app.id + " claims a dir of " + other.id);
            assertThat(service.registerExecutor(
                            app, List.of(chance.anyOf(other.dirs).dir.path())))
                    .isFalse();
        }
    }

    void disconnect(SimulatedService service, SimulatedApplication app) {
        Object connection = app.connection;
        if (connection == null) {
            return;
        }
        CloseReason how = chance.anyOf(List.of(CloseReason.values()));
        host.note(app.id + "'s driver is disconnected " + how);
        service.monitor.driverDisconnected(app.id, connection, how);
        app.connection = null;
        app.closeReason = how;
        app.reachable = how != CloseReason.CLOSED_LOCALLY;
        if (how == CloseReason.CLOSED_BY_PEER && chance.random.nextBoolean()) {
            app.lives = false;
            app.beats = false;
        }
        host.showToMaster();
    }

    void die(SimulatedService service, SimulatedApplication app) {
        host.note(app.id + " dies");
        app.lives = false;
        app.beats = false;
        SimulatedMaster master = host.master;
        if (master != null && chance.random.nextBoolean()) {
            master.scripted.completed.add(app.id);
            app.reportedCompleted = true;
        }
        host.showToMaster();
    }

    void beginRead(SimulatedService service, SimulatedApplication app) {
        if (!app.dirs.isEmpty()) {
            SimulatedDir dir = chance.anyOf(app.dirs);
            host.note("a read of " + app.id + " in " + dir + " begins");
            service.reads.readStarted(app.id);
            dir.reads++;
            host.reads.add(new SimulatedHost.Read(dir, service, app.id));
        }
    }

    void endRead() {
        if (!host.reads.isEmpty()) {
            SimulatedHost.Read read = host.reads.remove(chance.random.nextInt(host.reads.size()));
            host.note("a read of " + read.appId() + " in " + read.dir() + " ends");
            read.service().reads.readFinished(read.appId());
            read.dir().reads--;
        }
    }

    // What operators do.

    void keepOrRelease(SimulatedService service, SimulatedApplication app) throws Exception {
        host.note(app.id + (app.kept ? " is released" : " is kept"));
        ApplicationAdmin admin = service.monitor.applicationAdmin();
        if (app.kept) {
            admin.release(app.id).get();
            app.heartbeat(service.listened);
            app.activity(service.listened);
        } else {
            admin.keep(app.id).get();
        }
        app.kept = !app.kept;
    }

    void remove(SimulatedService service, SimulatedApplication app) throws Exception {
        host.note(app.id + " is removed by an operator");
        ApplicationAdmin admin = service.monitor.applicationAdmin();
        if (app.kept) {
            assertThatThrownBy(() -> admin.remove(app.id)).isInstanceOf(OperationRefusedException.class);
        } else {
            assertThat(admin.remove(app.id).get()).isEqualTo(service.deletesDirs ? app.dirs.size() : 0);
            app.removed = true;
            assertThat(service.isKnown(app)).isFalse();
        }
    }
}
