package dev.mesosshuffle.registry;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Passes the outcome of futures on without the wrapping that chains of them add. */
final class CompletedFutures {
    private CompletedFutures() {}

    /**
     * Runs an action at the end of a future.
     *
     * @param result fails if the action does, such as for lack of memory: somebody waits for it
     */
    static void onEnd(
            CompletableFuture<Void> future, CompletableFuture<Void> result, Consumer<@Nullable Throwable> action) {
        var unused = future.whenComplete((done, failure) -> {
            try {
                action.accept(failure);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
    }

    static void complete(CompletableFuture<Void> result, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(null);
        } else {
            result.completeExceptionally(failure);
        }
    }

    /** Starts something after a removal has ended, which never fails, and passes its outcome on. */
    static CompletableFuture<Void> after(CompletableFuture<Void> removal, Supplier<CompletableFuture<Void>> next) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        onEnd(removal, result, never -> onEnd(next.get(), result, failure -> complete(result, failure)));
        return result;
    }
}
