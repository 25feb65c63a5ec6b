package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows of one application.
 *
 * <p><b>Concurrency:</b> guarded by the registry's lock.
 */
final class Application {
    /** By executor id; only what is persisted. */
    final Map<String, RegisteredExecutor> executors = new HashMap<>();

    final Set<Claims.Claim> claims = new HashSet<>();
    final String appId;

    /** Whether something of it is persisted. */
    boolean persisted;

    /** Registrations that are on their way to the store. */
    int pending;

    /** Set while the application is being removed: completes when it is gone, or is back. */
    @Nullable
    CompletableFuture<Void> removal;

    Application(String appId) {
        this.appId = appId;
    }

    RemovedApplication removed() {
        List<LocalDir> dirs = new ArrayList<>(claims.size());
        claims.forEach(claim -> dirs.add(claim.dir()));
        return new RemovedApplication(appId, List.copyOf(executors.values()), dirs);
    }
}
