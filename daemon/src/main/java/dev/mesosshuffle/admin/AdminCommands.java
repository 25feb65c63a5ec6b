package dev.mesosshuffle.admin;

import dev.mesosshuffle.liveness.ApplicationAdmin;
import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.liveness.OperationRefusedException;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.registry.Registry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The operators' commands. Each waits for the store and for disks, for a bounded time. For any thread. */
public final class AdminCommands implements ControlCommands {
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(20);

    private final ApplicationAdmin applicationAdmin;
    private final Registry registry;
    private final DiskUsage diskUsage;

    /**
     * Creates the commands.
     *
     * @param applicationAdmin carries them out
     * @param registry knows the executors and directories of applications
     * @param diskUsage measures the directories
     */
    public AdminCommands(ApplicationAdmin applicationAdmin, Registry registry, DiskUsage diskUsage) {
        this.applicationAdmin = applicationAdmin;
        this.registry = registry;
        this.diskUsage = diskUsage;
    }

    @Override
    public void execute(String request, Appendable reply) throws IOException {
        String[] words = request.split(" ", 2);
        String appId = words.length == 2 ? words[1] : "";
        try {
            switch (words[0]) {
                case "apps" -> apps(reply);
                case "keep" -> reply.append(ControlProtocol.OK + keep(appId));
                case "release" -> reply.append(ControlProtocol.OK + release(appId));
                case "remove" -> reply.append(ControlProtocol.OK + remove(appId));
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

    private String keep(String appId) throws OperationRefusedException, ControlException, InterruptedException {
        stored(
                applicationAdmin.keep(appId),
                "application " + appId
                        + " is kept, but only until the daemon restarts, because that could not be stored");
        return application(appId) + " is kept until it is released.\n";
    }

    private String release(String appId) throws OperationRefusedException, ControlException, InterruptedException {
        stored(
                applicationAdmin.release(appId),
                "application " + appId + " is released, but kept again once the daemon restarts, because that could"
                        + " not be stored");
        return application(appId) + " is released, and its timeouts restart.\n";
    }

    private String remove(String appId) throws OperationRefusedException, ControlException, InterruptedException {
        int dirs = stored(
                applicationAdmin.remove(appId),
                "application " + appId + " stays, because its removal could not be stored");
        return application(appId) + " is removed; " + dirs + " of its directories are being deleted.\n";
    }

    private static String application(String appId) {
        return "Application " + Sanitizer.printable(appId);
    }

    private static <T> T stored(CompletableFuture<T> change, String otherwise)
            throws ControlException, InterruptedException {
        try {
            return change.get(STORE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new ControlException(otherwise + ": " + ErrorMessages.of(reason));
        } catch (TimeoutException e) {
            throw new ControlException("not stored after " + STORE_TIMEOUT.toSeconds()
                    + " s, but it may be yet; see \"apps\", and the daemon's log");
        }
    }
}
