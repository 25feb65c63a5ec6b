package dev.mesosshuffle.crash;

import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.RegisteredExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A story of what a service does, act by act, each acknowledged at its end. A process that plays it goes on behind the
 * last act that those before it acknowledged, after a look at whether all that was acknowledged is true.
 */
final class Scenario {
    private final Host host;
    private final Acknowledgements acknowledged;
    private final List<Act> acts = new ArrayList<>();

    private record Act(String name, Action action) {}

    private interface Action {
        void play(Service service) throws Exception;
    }

    private Scenario(Host host) throws Exception {
        this.host = host;
        this.acknowledged = new Acknowledgements(host.acknowledgements());
        act("driver of live", service -> service.registerDriver(Host.LIVE));
        act("driver of dead", service -> service.registerDriver(Host.DEAD));
        for (Host.Executor executor : Host.EXECUTORS) {
            act(registers(executor), service -> service.registerExecutor(host, executor));
        }
        act(
                "hand is kept",
                service -> Service.await(service.monitor.applicationAdmin().keep(Host.HAND)));
        act("live removes a block", this::removeBlock);
        act("dead is over", service -> service.awaitOver(Host.DEAD, List.of(Host.LIVE)));
        act("dead is gone", service -> service.cleanup.awaitAllDeleted());
        act("hand is released", this::release);
        act("hand is over", this::removeByHand);
        act("hand is gone", service -> service.cleanup.awaitAllDeleted());
        act("orphans are gone", service -> {
            service.cleanup.deleteOrphans();
            service.cleanup.awaitAllDeleted();
            service.cleanup.forgetOrphans();
        });
    }

    private void act(String name, Action action) {
        acts.add(new Act(name, action));
    }

    private static String registers(Host.Executor executor) {
        return "executor " + executor.id();
    }

    /** Plays it on the host in the given dir. */
    public static void main(String[] args) throws Exception {
        play(new Host(Path.of(args[0])));
    }

    static void play(Host host) throws Exception {
        Scenario story = new Scenario(host);
        try (Service service = new Service(host)) {
            story.checkAcknowledged(service);
            for (Act act : story.acts) {
                if (!story.acknowledged.has(act.name())) {
                    act.action().play(service);
                    story.acknowledged.acknowledge(act.name());
                }
            }
        }
    }

    private void removeBlock(Service service) throws Exception {
        LocalDir dir = new LocalDir(host.roots().get(0), host.path(Host.WITH_BLOCK));
        var unused = new BlockFileRemover().remove(dir, Host.SUB_DIR, Host.REMOVED_BLOCK);
    }

    private void release(Service service) throws Exception {
        if (isKept(service)) {
            Service.await(service.monitor.applicationAdmin().release(Host.HAND));
        }
    }

    private void removeByHand(Service service) throws Exception {
        if (service.registry.applications().contains(Host.HAND)) {
            var unused = Service.await(service.monitor.applicationAdmin().remove(Host.HAND));
        }
    }

    private static boolean isKept(Service service) {
        return service.monitor.applicationAdmin().applications().stream()
                .filter(app -> app.appId().equals(Host.HAND))
                .map(ApplicationStatus::state)
                .anyMatch("kept"::equals);
    }

    // What must be true of a service that has just started.

    private void checkAcknowledged(Service service) throws Exception {
        for (Host.Executor executor : Host.EXECUTORS) {
            checkRegistration(service, executor);
        }
        for (String app : List.of(Host.DEAD, Host.HAND)) {
            if (acknowledged.has(app + " is gone")) {
                host.assertGone(app);
            }
        }
        if (acknowledged.has("hand is kept") && !mayHaveBegun("hand is released")) {
            Host.check(isKept(service), "hand is not kept any more");
        }
        Host.check(!acknowledged.has("hand is released") || !isKept(service), "hand is kept again");
        Path removed = host.path(Host.WITH_BLOCK).resolve(Host.SUB_DIR).resolve(Host.REMOVED_BLOCK);
        Host.check(!acknowledged.has("live removes a block") || Files.notExists(removed), removed + " is there again");
    }

    private void checkRegistration(Service service, Host.Executor executor) {
        String end = executor.appId() + " is over";
        RegisteredExecutor registered = service.registry.executor(executor.id());
        boolean known = registered != null;
        if (acknowledged.has(end)) {
            Host.check(!known, executor.id() + " is known again");
        } else if (!mayHaveBegun(end)) {
            Host.check(known || !acknowledged.has(registers(executor)), executor.id() + " is forgotten");
        }
        if (registered != null) {
            List<Path> dirs = registered.dirs().stream().map(LocalDir::path).toList();
            Host.check(dirs.equals(executor.dirs().stream().map(host::path).toList()), executor.id() + " has " + dirs);
        }
        // What is known is served, and what never was will still register.
        if (service.registry.applications().contains(executor.appId()) || !mayHaveBegun(end)) {
            host.assertWhole(executor);
        }
    }

    /** Tells whether the processes before this one may have come to an act. */
    private boolean mayHaveBegun(String name) {
        for (Act act : acts) {
            if (act.name().equals(name)) {
                return true;
            }
            if (!acknowledged.has(act.name())) {
                return false;
            }
        }
        // The living never come to their end.
        return false;
    }
}
