package dev.mesosshuffle.crash;

import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service does, step by step, each acknowledged at its end. A process that runs it continues after the last step that
 * earlier processes acknowledged, once it has checked that everything that was acknowledged is true.
 */
final class Scenario {
    private final Host host;
    private final Acknowledgements acknowledged;
    private final List<Step> steps = new ArrayList<>();

    private record Step(String name, Action action) {}

    private interface Action {
        void run(Service service) throws Exception;
    }

    private Scenario(Host host) throws Exception {
        this.host = host;
        this.acknowledged = new Acknowledgements(host.acknowledgements());
        step("driver of live", service -> service.registerDriver(Host.LIVE));
        step("driver of dead", service -> service.registerDriver(Host.DEAD));
        for (Host.Executor executor : Host.EXECUTORS) {
            step(registers(executor), service -> service.registerExecutor(host, executor));
        }
        step(
                "pinned is kept",
                service -> Service.await(service.monitor.applicationAdmin().keep(Host.PINNED)));
        step("live removes a block", this::removeBlock);
        step("dead has expired", service -> service.awaitExpiry(Host.DEAD, List.of(Host.LIVE)));
        step("dead is deleted", service -> service.cleanup.awaitAllDeleted());
        step("pinned is released", this::release);
        step("pinned has expired", this::removeManually);
        step("pinned is deleted", service -> service.cleanup.awaitAllDeleted());
        step("orphans are deleted", service -> {
            service.cleanup.deleteOrphans();
            service.cleanup.awaitAllDeleted();
            service.cleanup.forgetOrphans();
        });
    }

    private void step(String name, Action action) {
        steps.add(new Step(name, action));
    }

    private static String registers(Host.Executor executor) {
        return "executor " + executor.id();
    }

    /** Runs it on the host in the given directory. */
    public static void main(String[] args) throws Exception {
        run(new Host(Path.of(args[0])));
    }

    static void run(Host host) throws Exception {
        Scenario scenario = new Scenario(host);
        try (Service service = new Service(host)) {
            scenario.checkAcknowledged(service);
            for (Step step : scenario.steps) {
                if (!scenario.acknowledged.has(step.name())) {
                    step.action().run(service);
                    scenario.acknowledged.acknowledge(step.name());
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
            Service.await(service.monitor.applicationAdmin().release(Host.PINNED));
        }
    }

    private void removeManually(Service service) throws Exception {
        if (service.registry.applications().contains(Host.PINNED)) {
            var unused = Service.await(service.monitor.applicationAdmin().remove(Host.PINNED));
        }
    }

    private static boolean isKept(Service service) {
        return service.monitor.applicationAdmin().applications().stream()
                .filter(app -> app.appId().equals(Host.PINNED))
                .map(ApplicationStatus::state)
                .anyMatch("kept"::equals);
    }

    // What must be true of a service that has just started.

    private void checkAcknowledged(Service service) throws Exception {
        for (Host.Executor executor : Host.EXECUTORS) {
            checkRegistration(service, executor);
        }
        for (String app : List.of(Host.DEAD, Host.PINNED)) {
            if (acknowledged.has(app + " is deleted")) {
                host.assertDeleted(app);
            }
        }
        if (acknowledged.has("pinned is kept") && !mayHaveStarted("pinned is released")) {
            Host.check(isKept(service), "pinned is not kept any more");
        }
        Host.check(!acknowledged.has("pinned is released") || !isKept(service), "pinned is kept again");
        Path removed = host.path(Host.WITH_BLOCK).resolve(Host.SUB_DIR).resolve(Host.REMOVED_BLOCK);
        Host.check(!acknowledged.has("live removes a block") || Files.notExists(removed), removed + " is there again");
    }

    private void checkRegistration(Service service, Host.Executor executor) {
        String end = executor.appId() + " has expired";
        RegisteredExecutor registered = service.registry.executor(executor.id());
        boolean known = registered != null;
        if (acknowledged.has(end)) {
            Host.check(!known, executor.id() + " is known again");
        } else if (!mayHaveStarted(end)) {
            Host.check(known || !acknowledged.has(registers(executor)), executor.id() + " is forgotten");
        }
        if (registered != null) {
            List<Path> dirs = registered.dirs().stream().map(LocalDir::path).toList();
            Host.check(dirs.equals(executor.dirs().stream().map(host::path).toList()), executor.id() + " has " + dirs);
        }
        // What is known is served, and what never was will still register.
        if (service.registry.applications().contains(executor.appId()) || !mayHaveStarted(end)) {
            host.assertWhole(executor);
        }
    }

    /** Tells whether the processes before this one may have come to an step. */
    private boolean mayHaveStarted(String name) {
        for (Step step : steps) {
            if (step.name().equals(name)) {
                return true;
            }
            if (!acknowledged.has(step.name())) {
                return false;
            }
        }
        // Live applications never expire.
        return false;
    }
}
