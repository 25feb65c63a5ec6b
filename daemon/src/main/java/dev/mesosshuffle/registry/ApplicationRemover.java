package dev.mesosshuffle.registry;

import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.store.StateStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way of an application out of the registry, and back if that cannot be persisted. */
final class ApplicationRemover {
    private final RegistryState memory;
    private final StateStore store;

    ApplicationRemover(RegistryState memory, StateStore store) {
        this.memory = memory;
        this.store = store;
    }

    RemovedApplication remove(String appId) {
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.application(appId);
            if (application.removal == null) {
                application.removal = new CompletableFuture<>();
                application.executors().forEach(executor -> memory.executors.remove(executor.id()));
            }
            return application.removed();
        } finally {
            memory.lock.unlock();
        }
    }

    CompletableFuture<Void> persist(RemovedApplication removed, boolean cleanupLocalDirs) {
        RegisteredApplication application;
        CompletableFuture<Void> committed;
        memory.lock.lock();
        try {
            application = memory.applications.get(removed.appId());
            if (application == null || application.removal == null) {
                return CompletableFuture.completedFuture(null);
            }
            committed = store.removeApplication(removed.appId(), cleanupLocalDirs ? removed.removals() : List.of());
        } finally {
            memory.lock.unlock();
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
            memory.lock.lock();
            try {
                application.claims.forEach(memory.claims::remove);
                memory.applications.remove(application.appId, application);
                removal = application.removal;
            } finally {
                memory.lock.unlock();
            }
            SparkLoggers.BLOCK_RESOLVER.info(
                    "Application {} removed, cleanupLocalDirs = {}", application.appId, cleanupLocalDirs);
        }
        CompletedFutures.complete(result, failure);
        if (removal != null) {
            removal.complete(null);
        }
    }

    void reinstate(RemovedApplication removed) {
        CompletableFuture<Void> removal;
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.applications.get(removed.appId());
            if (application == null || application.removal == null) {
                return;
            }
            removal = application.removal;
            application.removal = null;
            application.executors().forEach(executor -> memory.executors.put(executor.id(), executor));
            memory.forgetIfNothingIsLeft(application);
        } finally {
            memory.lock.unlock();
        }
        removal.complete(null);
    }
}
