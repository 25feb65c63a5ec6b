package dev.mesosshuffle.admin;

import dev.mesosshuffle.json.StatusJson;
import dev.mesosshuffle.liveness.ApplicationAdmin;
import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.liveness.OperationRefusedException;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.ApplicationViews;
import dev.mesosshuffle.status.DiskUsage;
import dev.mesosshuffle.status.UsageView;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The operators' commands. Each waits for the store and for disks, for a bounded time. For any thread. */
public final class AdminCommands implements ControlCommands {
    private final ApplicationAdmin applicationAdmin;
    private final Registry registry;
    private final DiskUsage diskUsage;
    private final ApplicationOperations operations;
    private final Supplier<ApplicationViews> views;

    /**
     * Creates the commands.
     *
     * @param applicationAdmin carries them out
     * @param registry knows the executors and directories of applications
     * @param diskUsage measures the directories
     * @param views shows applications to programs
     */
    public AdminCommands(
            ApplicationAdmin applicationAdmin,
            Registry registry,
            DiskUsage diskUsage,
            Supplier<ApplicationViews> views) {
        this.applicationAdmin = applicationAdmin;
        this.registry = registry;
        this.diskUsage = diskUsage;
        this.operations = new ApplicationOperations(applicationAdmin);
        this.views = views;
    }

    @Override
    public void execute(String request, Appendable reply) throws IOException {
        String[] words = request.split(" ", 2);
        String argument = words.length == 2 ? words[1] : "";
        try {
            switch (words[0]) {
                case "apps" -> {
                    if (argument.equals("json")) {
                        appsAsJson(reply);
                    } else {
                        apps(reply);
                    }
                }
                case "keep" -> reply.append(ControlProtocol.OK + operations.keep(argument) + '\n');
                case "release" -> reply.append(ControlProtocol.OK + operations.release(argument) + '\n');
                case "remove" -> reply.append(ControlProtocol.OK + operations.remove(argument) + '\n');
                default ->
                    throw new ControlException("request: " + Sanitizer.printable(request)
                            + " (expected: apps, keep APP, release APP or remove APP)");
            }
        } catch (OperationRefusedException | ControlException e) {
            reply.append(ControlProtocol.ERROR + ErrorMessages.oneLine(String.valueOf(e.getMessage())) + '\n');
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reply.append(ControlProtocol.ERROR + "the daemon is stopping\n");
        }
    }

    /** There may be 100,000 applications, so each row is made twice instead of being kept. */
    private void apps(Appendable reply) throws IOException, InterruptedException {
        List<String> ids = applicationAdmin.ids();
        Map<String, DiskUsage.Usage> usage = diskUsage.measure(ids, registry::localDirs);
        ApplicationTable table = new ApplicationTable();
        forEach(ids, usage, table::measure);
        reply.append(ControlProtocol.OK);
        if (ids.isEmpty()) {
            reply.append("No application is registered here.\n");
            return;
        }
        table.writeHeader(reply);
        forEach(ids, usage, (app, executors, bytes) -> table.write(app, executors, bytes, reply));
    }

    private void appsAsJson(Appendable reply) throws IOException, InterruptedException {
        List<String> ids = applicationAdmin.ids();
        Map<String, DiskUsage.Usage> usage = diskUsage.measure(ids, registry::localDirs);
        ApplicationViews applications = views.get();
        reply.append(ControlProtocol.OK);
        try (StatusJson json = StatusJson.to(reply)) {
            json.beginList("applications");
            for (String id : ids) {
                DiskUsage.Usage its = usage.get(id);
                ApplicationView view = applications.view(
                        id, its == null ? null : new UsageView(its.bytes(), its.isComplete(), Duration.ZERO));
                if (view != null) {
                    json.application(view);
                }
            }
            json.endList();
        }
        reply.append('\n');
    }

    private interface RowAction {
        void accept(ApplicationStatus app, int executors, DiskUsage.Usage usage) throws IOException;
    }

    private void forEach(List<String> ids, Map<String, DiskUsage.Usage> usage, RowAction action) throws IOException {
        for (String id : ids) {
            ApplicationStatus app = applicationAdmin.status(id);
            if (app != null) {
                action.accept(app, registry.executorCount(id), usage.getOrDefault(id, DiskUsage.UNKNOWN));
            }
        }
    }
}
