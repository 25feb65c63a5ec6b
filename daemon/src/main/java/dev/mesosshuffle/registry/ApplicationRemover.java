package dev.mesosshuffle.registry;

import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.store.StateStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Removes applications from the registry, and restores one whose removal cannot be persisted. */
final class ApplicationRemover {
    private final RegistryState state;
    private final StateStore store;

    ApplicationRemover(RegistryState state, StateStore store) {
        this.state = state;
        this.store = store;
    }

    RemovedApplication remove(String appId) {
        state.lock.lock();
        try {
            RegisteredApplication application = state.application(appId);
            if (application.removal == null) {
                application.removal = new CompletableFuture<>();
                application.executors().forEach(executor -> state.executors.remove(executor.id()));
            }
            return application.removed();
        } finally {
            state.lock.unlock();
        }
    }

    CompletableFuture<Void> persist(RemovedApplication removed, boolean cleanupLocalDirs) {
        RegisteredApplication application;
        CompletableFuture<Void> committed;
        state.lock.lock();
        try {
            application = state.applications.get(removed.appId());
            if (application == null || application.removal == null) {
                return CompletableFuture.completedFuture(null);
            }
            committed = store.removeApplication(removed.appId(), cleanupLocalDirs ? removed.removals() : List.of());
        } finally {
            state.lock.unlock();
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        CompletedFutures.onEnd(committed, failure -> persisted(application, cleanupLocalDirs, failure, result));
        return result;
    }

    private void persisted(
            RegisteredApplication application,
            boolean cleanupLocalDirs,
            @Nullable Throwable failure,
            CompletableFuture<Void> result) {
        CompletableFuture<Void> removal = null;
        if (failure == null) {
            state.lock.lock();
            try {
                application.claims.forEach(state.claims::remove);
                state.forget(application);
                removal = application.removal;
            } finally {
                state.lock.unlock();
            }
            SparkLoggers.BLOCK_RESOLVER.info(
                    "Application {} removed, cleanupLocalDirs = {}", application.appId, cleanupLocalDirs);
        }
        CompletedFutures.complete(result, failure);
        if (removal != null) {
            removal.complete(null);
        }
    }

    void restore(RemovedApplication removed) {
        CompletableFuture<Void> removal;
        state.lock.lock();
        try {
            RegisteredApplication application = state.applications.get(removed.appId());
            if (application == null || application.removal == null) {
                return;
            }
            removal = application.removal;
            application.removal = null;
            application.executors().forEach(executor -> state.executors.put(executor.id(), executor));
            state.removeIfEmpty(application);
        } finally {
            state.lock.unlock();
        }
        removal.complete(null);
    }
}
