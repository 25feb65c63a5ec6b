package dev.mesosshuffle.simulation;

import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import java.util.List;

/** What happens to services, the master, disks, and dirs that nobody knows. */
final class HostSteps {
    private static final int MAX_ORPHANS = 4;

    private final SimulatedHost host;
    private final RandomChoices chance;

    HostSteps(SimulatedHost host, RandomChoices chance) {
        this.host = host;
        this.chance = chance;
    }

    // What services and the master go through.

    void restart() throws Exception {
        SimulatedService service = chance.anyService();
        if (service.isRunning) {
            host.stop(service);
        }
        startSooner(service);
    }

    void kill() throws Exception {
        SimulatedService service = chance.anyService();
        if (service.isRunning) {
            host.kill(service, chance.random.nextInt(12));
        }
        startSooner(service);
    }

    void startSooner(SimulatedService service) throws Exception {
        switch (chance.random.nextInt(4)) {
            case 0 -> host.pass(chance.someHours());
            case 1 -> host.pass(chance.minutes(0, 3));
            case 2 -> host.note(service + " stays down");
            default -> {}
        }
        if (chance.random.nextInt(4) > 0) {
            host.start(service);
        }
    }

    void pause() throws Exception {
        List<SimulatedService> paused = host.services.stream()
                .filter(service -> service.isActive() && chance.random.nextBoolean())
                .toList();
        host.pause(paused, chance.random.nextBoolean() ? chance.minutes(2, 10) : chance.someHours());
    }

    void setWallClock() {
        host.time.setWall(Duration.ofHours(chance.random.nextInt(20_000) - 10_000));
        host.note("the wall clock is set to +" + host.time.wallShift() + " ms");
    }

    void changeMaster() {
        SimulatedMaster master = host.master;
        if (master != null && master.change(chance.random, host.time.now())) {
            host.note(master.text(host.time.now()));
            host.showToMaster();
        }
    }

    void overlook(SimulatedService service, SimulatedApplication app) throws Exception {
        SimulatedMaster master = host.master;
        if (master != null && master.mayChange(host.time.now())) {
            host.note("the master overlooks " + app.id);
            master.overlook(app, host.time.now());
            host.pass(SimulatedMaster.SHORT_SIGHT);
            master.overlook(null, host.time.now());
            host.note("the master sees " + app.id + " again");
            host.showToMaster();
        }
    }

    // Orphans, and disks.

    void leaveOrphan() throws Exception {
        if (host.orphans.size() < MAX_ORPHANS) {
            Duration age = chance.random.nextBoolean()
                    ? Duration.ZERO
                    : chance.someHours().multipliedBy(4);
            LocalDir dir = chance.newDir(chance.anyOf(host.roots), false);
            SimulatedDir orphan = SimulatedDir.make(dir, host.sentinels.outside, host.time, age.toNanos());
            host.note(orphan + " is left by somebody, " + age + " ago");
            host.orphans.add(orphan);
        }
    }

    void useOrphan() throws Exception {
        if (host.orphans.isEmpty()) {
            return;
        }
        SimulatedDir orphan = chance.anyOf(host.orphans);
        if (chance.random.nextBoolean()) {
            host.note(orphan + " is written to");
            orphan.write(host.time);
        } else {
            host.note(orphan + " has a file that somebody opens");
            host.shown.open(orphan.data());
            orphan.open = true;
        }
    }

    void showProcesses() {
        host.shown.showAll(chance.random.nextBoolean());
        host.note("all processes are seen: " + host.shown.showsAll());
    }

    void searchForOrphans() throws Exception {
        SimulatedService service = chance.anyService();
        if (service.isActive()) {
            host.note(service + " searches for orphans");
            service.cleanup.scanForOrphans();
            service.work(chance.oneIn(3) ? 1 + chance.random.nextInt(3) : Integer.MAX_VALUE);
        }
    }

    void breakOrMendScans() throws Exception {
        SimulatedService service = chance.anyService();
        if (service.disk.isBroken()) {
            host.mendScans(service);
        } else {
            host.breakScans(service);
        }
    }

    void changeSpace() throws Exception {
        boolean isShort = chance.random.nextBoolean();
        host.note("short of space: " + isShort);
        host.shown.free(isShort ? 1 : 50);
        for (SimulatedService service : host.services) {
            if (service.isActive()) {
                service.cleanup.checkSpace();
                service.work(Integer.MAX_VALUE);
            }
        }
    }
}
