package dev.mesosshuffle.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What happens on a {@link SimulatedHost}: one thing after the other at random, and then the end of all applications. */
final class RandomSequence {
    private static final int STEPS = 40;

    private static final Duration END_RUN = Duration.ofHours(9);

    /** The orphan timeout, and what the master costs. */
    private static final Duration END = Duration.ofHours(36);

    /** Twice the orphan timeout, and what restarts and the master may cost. */
    private static final Duration LONGEST_END = Duration.ofHours(60);

    private final SimulatedHost host;
    private final RandomChoices chance;
    private final ApplicationSteps applicationSteps;
    private final HostSteps hostSteps;
    private final List<Step> kinds = new ArrayList<>();

    private interface Action {
        void happen() throws Exception;
    }

    private interface AppAction {
        void happen(SimulatedService service, SimulatedApplication app) throws Exception;
    }

    private record Step(int weight, Action action) {}

    RandomSequence(SimulatedHost host, Random random) {
        this.host = host;
        this.chance = new RandomChoices(host, random);
        this.applicationSteps = new ApplicationSteps(host, chance);
        this.hostSteps = new HostSteps(host, chance);
        addKinds();
    }

    /** Not all that can happen does in each sequence, so that the rest happens more often, and in other orders. */
    private void addKinds() {
        always(4, applicationSteps::launch);
        always(3, () -> host.pass(chance.minutes(1, 9)));
        always(2, () -> host.pass(chance.someHours()));
        perhaps(2, () -> host.pass(chance.minutes(1, 61)));
        perhapsOfOne(4, applicationSteps::registerDriver);
        perhapsOfOne(4, applicationSteps::heartbeat);
        perhapsOfOne(2, applicationSteps::registerStranger);
        perhapsOfOne(2, applicationSteps::beginOrEndHeartbeats);
        perhapsOfOne(2, applicationSteps::useAndWait);
        perhapsOfOne(2, applicationSteps::writeAndWait);
        perhapsOfOne(3, applicationSteps::registerExecutor);
        perhapsOfOne(1, applicationSteps::registerDirOfAnother);
        perhapsOfOne(2, applicationSteps::disconnect);
        perhapsOfOne(2, applicationSteps::die);
        perhapsOfOne(2, applicationSteps::beginRead);
        perhaps(1, applicationSteps::endRead);
        perhaps(2, hostSteps::restart);
        perhaps(2, hostSteps::kill);
        perhaps(2, hostSteps::pause);
        perhaps(1, hostSteps::setWallClock);
        perhaps(2, hostSteps::changeMaster);
        perhapsOfOne(1, hostSteps::overlook);
        perhapsOfOne(2, applicationSteps::keepOrRelease);
        perhapsOfOne(1, applicationSteps::remove);
        perhaps(2, hostSteps::leaveOrphan);
        perhaps(1, hostSteps::useOrphan);
        perhaps(1, hostSteps::showProcesses);
        perhaps(3, hostSteps::searchForOrphans);
        perhaps(2, hostSteps::changeSpace);
        perhaps(3, hostSteps::breakOrMendScans);
    }

    private void always(int weight, Action action) {
        kinds.add(new Step(weight, action));
    }

    private void perhaps(int weight, Action action) {
        if (chance.random.nextInt(3) > 0) {
            kinds.add(new Step(weight, action));
        }
    }

    private void perhapsOfOne(int weight, AppAction action) {
        perhaps(weight, () -> {
            SimulatedService service = chance.anyService();
            if (service.isActive() && !service.apps.isEmpty()) {
                action.happen(service, chance.anyOf(service.apps));
            }
        });
    }

    void run() throws Exception {
        int weights = kinds.stream().mapToInt(Step::weight).sum();
        for (int i = 0; i < STEPS; i++) {
            int chosen = chance.random.nextInt(weights);
            for (Step kind : kinds) {
                chosen -= kind.weight();
                if (chosen < 0) {
                    kind.action().happen();
                    break;
                }
            }
            host.checkAll();
        }
        end();
    }

    /**
     * How long it takes until even a file is old whose time nobody can tell for sure. Of one that was written between
     * two settings of the clock a service knows two ages that are both wrong, and takes the smaller one; so it may take
     * it for changed at a moment that is yet to come, and begins a whole orphan timeout from there if, by then, the
     * application is not gone.
     */
    private Duration untilAllIsOld() {
        long now = host.time.now();
        long most = END.toNanos();
        for (long change : host.misreadChanges()) {
            long ahead = change - now;
            if (ahead > 0 && ahead <= most) {
                most = ahead + END.toNanos();
            }
        }
        return Duration.ofNanos(most);
    }

    /** None is kept any more, all die, and everything that is over goes, perhaps with many restarts. */
    private void end() throws Exception {
        host.note("the end");
        host.time.setWall(Duration.ofHours(20_000));
        host.shown.showAll(true);
        while (!host.reads.isEmpty()) {
            applicationSteps.endRead();
        }
        for (SimulatedService service : host.services) {
            host.mendScans(service);
            if (!service.isRunning) {
                host.start(service);
            }
            for (SimulatedApplication app : service.apps) {
                if (app.kept) {
                    applicationSteps.keepOrRelease(service, app);
                }
                app.beats = false;
                app.lives = false;
                applicationSteps.disconnect(service, app);
            }
        }
        boolean oftenRestarted = chance.oneIn(4);
        Duration most = oftenRestarted ? LONGEST_END : untilAllIsOld();
        for (Duration passed = Duration.ZERO; passed.compareTo(most) < 0; passed = passed.plus(END_RUN)) {
            host.pass(END_RUN);
            for (SimulatedService service : host.services) {
                if (oftenRestarted) {
                    host.kill(service, chance.random.nextInt(12));
                    host.start(service);
                }
                if (service.deletesOrphans && !host.orphans.isEmpty()) {
                    service.cleanup.scanForOrphans();
                    service.work(Integer.MAX_VALUE);
                    host.checkAll();
                }
            }
        }
        host.pass(Duration.ofMinutes(30));
        host.checkEnd();
    }
}
