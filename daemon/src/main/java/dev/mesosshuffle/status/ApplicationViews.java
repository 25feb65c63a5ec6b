package dev.mesosshuffle.status;

import dev.mesosshuffle.liveness.ApplicationAdmin;
import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The applications and their executors, in pages: there may be 100,000.
 *
 * <p><b>Concurrency:</b> for any thread but event loops; waits for no disk. Takes no lock that clients wait for, however many
 * applications there are: a page looks at each id once, and makes views of those on it alone.
 */
public final class ApplicationViews {
    private final ApplicationAdmin applicationAdmin;
    private final Registry registry;
    private final ToIntFunction<String> activeReads;
    private final UsageCache usage;

    /**
     * Creates views.
     *
     * @param applicationAdmin knows the applications' states
     * @param registry knows the executors
     * @param activeReads returns how many blocks of an application are being read or sent
     * @param usage knows what the directories hold
     */
    public ApplicationViews(
            ApplicationAdmin applicationAdmin, Registry registry, ToIntFunction<String> activeReads, UsageCache usage) {
        this.applicationAdmin = applicationAdmin;
        this.registry = registry;
        this.activeReads = activeReads;
        this.usage = usage;
    }

    /**
     * A part of a list.
     *
     * @param items what is in it
     * @param next what the next page begins after; null if this is the last
     * @param <T> the items' type
     */
    public record Page<T>(List<T> items, @Nullable String next) {
        /** Keeps its own copy of the items. */
        public Page {
            items = List.copyOf(items);
        }
    }

    /**
     * Returns a page of the applications, in the order of their ids.
     *
     * @param after only ids after this one; null for the first page
     * @param limit the most of them, at least 1
     */
    public Page<ApplicationView> page(@Nullable String after, int limit) {
        List<String> ids = applicationAdmin.ids(after, limit + 1);
        boolean isLast = ids.size() <= limit;
        List<String> chosen = isLast ? ids : ids.subList(0, limit);
        Map<String, UsageView> known = usage.of(chosen);
        List<ApplicationView> items = new ArrayList<>(chosen.size());
        for (String id : chosen) {
            ApplicationView view = view(id, known.get(id));
            if (view != null) {
                items.add(view);
            }
        }
        return new Page<>(items, isLast ? null : ids.get(limit - 1));
    }

    /** Returns one application; null if it is not known. */
    public @Nullable ApplicationView find(String id) {
        return applicationAdmin.status(id) == null
                ? null
                : view(id, usage.of(List.of(id)).get(id));
    }

    /**
     * Returns a page of the executors of an application, in the order of their ids.
     *
     * @param after only ids after this one; null for the first page
     * @param limit the most of them, at least 1
     */
    public Page<ExecutorView> executors(String appId, @Nullable String after, int limit) {
        List<RegisteredExecutor> all = new ArrayList<>(registry.executors(appId));
        all.sort(Comparator.comparing(executor -> executor.id().execId()));
        int from = position(all.stream().map(executor -> executor.id().execId()).toList(), after);
        int to = (int) Math.min(all.size(), (long) from + limit);
        List<ExecutorView> items =
                all.subList(from, to).stream().map(ApplicationViews::view).toList();
        return new Page<>(items, to < all.size() ? all.get(to - 1).id().execId() : null);
    }

    private static ExecutorView view(RegisteredExecutor executor) {
        return new ExecutorView(
                executor.id().execId(),
                executor.info().shuffleManager(),
                executor.dirs().stream()
                        .map(LocalDir::path)
                        .map(String::valueOf)
                        .toList());
    }

    /** Returns how many applications are registered. */
    public int count() {
        return registry.applicationCount();
    }

    /** Returns how many executors are registered. */
    public int executorCount() {
        return registry.executorCount();
    }

    /**
     * Returns one application.
     *
     * @param known what its directories hold; null if that is unknown
     * @return the view; null if the application is not known any more
     */
    public @Nullable ApplicationView view(String id, @Nullable UsageView known) {
        ApplicationStatus status = applicationAdmin.status(id);
        return status == null
                ? null
                : new ApplicationView(
                        id,
                        status.state(),
                        ErrorMessages.oneLine(status.reason()),
                        ErrorMessages.oneLine(status.nextStep()),
                        status.nextStepIn(),
                        status.idle(),
                        status.sinceHeartbeat(),
                        registry.executorCount(id),
                        activeReads.applyAsInt(id),
                        known);
    }

    private static int position(List<String> sorted, @Nullable String after) {
        if (after == null) {
            return 0;
        }
        int found = Collections.binarySearch(sorted, after);
        return found < 0 ? -found - 1 : found + 1;
    }
}
