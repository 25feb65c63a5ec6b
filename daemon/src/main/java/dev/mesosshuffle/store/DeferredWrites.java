package dev.mesosshuffle.store;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Registrations, removals and ends of removals that were acknowledged but are not written yet, in order.
 *
 * <p><b>Concurrency:</b> the writer's, but for {@link #size}.
 */
final class DeferredWrites {
    private final Queue<OperationQueue.Entry> entries = new ArrayDeque<>();
    private final int capacity;
    private volatile int size;

    DeferredWrites(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size >= capacity;
    }

    void add(OperationQueue.Entry entry) {
        entries.add(entry);
        size = entries.size();
    }

    List<OperationQueue.Entry> oldest(int max) {
        return entries.stream().limit(max).toList();
    }

    /** Drops the oldest entries, which need not be written any more. */
    void drop(int count) {
        for (int i = 0; i < count; i++) {
            entries.remove();
        }
        size = entries.size();
    }

    boolean holdsRemovals() {
        return entries.stream().anyMatch(entry -> !(entry.operation() instanceof RegistrationOperation));
    }

    /** Drops the registrations of an application that was removed from the store, or will be after all that is deferred. */
    void dropRegistrations(String appId) {
        entries.removeIf(entry -> entry.operation() instanceof RegistrationOperation registration
                && registration.appId().equals(appId));
        size = entries.size();
    }
}
