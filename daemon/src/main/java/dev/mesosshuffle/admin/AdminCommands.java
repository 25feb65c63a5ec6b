package dev.mesosshuffle.admin;

import dev.mesosshuffle.liveness.ApplicationAdmin;
import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.liveness.OperationRefusedException;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.Registry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The operators' commands. Each waits for the store and for disks, for a bounded time. For any thread. */
public final class AdminCommands {
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

    /**
     * Carries out one command.
     *
     * @param request the line, without its end
     * @return the reply, see {@link ControlProtocol}
     */
    public String execute(String request) {
        String[] words = request.split(" ", 2);
        String appId = words.length == 2 ? words[1] : "";
        try {
            return ControlProtocol.OK
                    + switch (words[0]) {
                        case "apps" -> apps();
                        case "keep" -> keep(appId);
                        case "release" -> release(appId);
                        case "remove" -> remove(appId);
                        default ->
                            throw new ControlException("request: " + Sanitizer.printable(request)
                                    + " (expected: apps, keep APP, release APP or remove APP)");
                    };
        } catch (OperationRefusedException | ControlException e) {
            return ControlProtocol.ERROR + ErrorMessages.oneLine(String.valueOf(e.getMessage())) + '\n';
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ControlProtocol.ERROR + "the daemon is stopping\n";
        }
    }

    private String apps() throws InterruptedException {
        List<ApplicationStatus> apps = applicationAdmin.applications();
        Map<String, List<LocalDir>> dirs = new HashMap<>();
        apps.forEach(app -> dirs.put(app.appId(), registry.localDirs(app.appId())));
        Map<String, DiskUsage.Usage> usage = diskUsage.measure(dirs);
        ApplicationTable table = new ApplicationTable();
        for (ApplicationStatus app : apps) {
            table.add(app, registry.executorCount(app.appId()), usage.getOrDefault(app.appId(), DiskUsage.UNKNOWN));
        }
        return table.text();
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
