package dev.mesosshuffle.api;

import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.web.RequestRoute;
import dev.mesosshuffle.web.WebResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether the daemon works: 200 if so, 503 with reasons if not. For any thread; waits for nothing.
 *
 * <ul>
 *   <li>live: each event loop and the store have responded within the last minute. To be restarted if not.
 *   <li>ready: the same, it listens, its registry can be written and each root answers. A restart helps nothing if not.
 * </ul>
 */
public final class HealthRoutes {
    private final Supplier<Liveness> liveness;
    private final BooleanSupplier isListening;
    private final StatusSource status;

    /**
     * The judgement of the watchdog.
     *
     * @param isLive whether each component responds
     * @param unresponsive the names of those that do not
     */
    public record Liveness(boolean isLive, List<String> unresponsive) {
        /** Keeps its own copy of the names. */
        public Liveness {
            unresponsive = List.copyOf(unresponsive);
        }
    }

    /**
     * Creates the routes.
     *
     * @param liveness returns the last judgement
     * @param isListening whether connections are accepted
     * @param status knows the registry and the roots
     */
    public HealthRoutes(Supplier<Liveness> liveness, BooleanSupplier isListening, StatusSource status) {
        this.liveness = liveness;
        this.isListening = isListening;
        this.status = status;
    }

    /** Returns the routes. */
    public List<RequestRoute> all() {
        return List.of(
                RequestRoute.get(AdminEndpoint.HEALTH, "/health/live", (request, response) -> live(response)),
                RequestRoute.get(AdminEndpoint.HEALTH, "/health/ready", (request, response) -> ready(response)));
    }

    private void live(WebResponse response) throws IOException {
        Liveness now = liveness.get();
        send(response, "live", now.isLive(), unresponsive(now));
    }

    private static List<String> unresponsive(Liveness now) {
        List<String> reasons = new ArrayList<>();
        now.unresponsive().forEach(name -> reasons.add(name + " does not respond"));
        if (!now.isLive() && reasons.isEmpty()) {
            reasons.add("not all components have responded lately");
        }
        return reasons;
    }

    private void ready(WebResponse response) throws IOException {
        List<String> reasons = unresponsive(liveness.get());
        if (!isListening.getAsBoolean()) {
            reasons.add("no connections are accepted");
        }
        int deferred = status.deferredWrites();
        if (deferred > 0) {
            reasons.add("the registry cannot be written; changes that wait in memory: " + deferred);
        }
        for (DiskView disk : status.disks()) {
            if (disk.unavailability() != null) {
                reasons.add("root " + disk.root() + " is unavailable: " + disk.unavailability());
            }
        }
        send(response, "ready", reasons.isEmpty(), reasons);
    }

    private static void send(WebResponse response, String name, boolean isSo, List<String> reasons) throws IOException {
        JsonAnswers.send(response, isSo ? 200 : 503, json -> json.health(name, isSo, reasons));
    }
}
