package dev.mesosshuffle.store;

import java.util.LinkedList;
import java.util.List;
import java.util.Queue;

/**
 * Registrations, removals and ends of removals that were acknowledged but are not written yet, in order.
 *
 * <p><b>Concurrency:</b> the writer's, but for {@link #size} and {@link #bytes}.
 */
final class DeferredWrites {
    /** Of nodes: an array that cannot grow would lose entries. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<OperationQueue.Entry> entries = new LinkedList<>();

    private final int capacity;
    private final long maxBytes;
    private volatile int size;
    private volatile long bytes;

    /**
     * Creates an empty queue.
     *
     * @param capacity the most operations
     * @param maxBytes the most bytes of heap that they may occupy together
     */
    DeferredWrites(int capacity, long maxBytes) {
        this.capacity = capacity;
        this.maxBytes = maxBytes;
    }

    private static long heapBytes(OperationQueue.Entry entry) {
        return entry.operation() instanceof DeferrableOperation deferrable ? deferrable.heapBytes() : 0;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** How many bytes of heap they occupy, estimated from above. */
    long bytes() {
        return bytes;
    }

    /** Whether another operation fits. */
    boolean hasRoomFor(OperationQueue.Entry entry) {
        return size < capacity && heapBytes(entry) <= maxBytes - bytes;
    }

    /** Whether another operation fits once the registrations of an application are dropped. */
    boolean hasRoomWithoutRegistrations(String appId, OperationQueue.Entry entry) {
        int left = 0;
        long leftBytes = 0;
        for (OperationQueue.Entry held : entries) {
            if (!isRegistrationOf(appId, held)) {
                left++;
                leftBytes += heapBytes(held);
            }
        }
        return left < capacity && heapBytes(entry) <= maxBytes - leftBytes;
    }

    private static boolean isRegistrationOf(String appId, OperationQueue.Entry entry) {
        return entry.operation() instanceof RegistrationOperation registration
                && registration.appId().equals(appId);
    }

    void add(OperationQueue.Entry entry) {
        entries.add(entry);
        changed(bytes + heapBytes(entry));
    }

    private void changed(long newBytes) {
        size = entries.size();
        bytes = newBytes;
    }

    List<OperationQueue.Entry> oldest(int max) {
        return entries.stream().limit(max).toList();
    }

    /** Drops the oldest entries, which need not be written any more. */
    void drop(int count) {
        long left = bytes;
        for (int i = 0; i < count; i++) {
            left -= heapBytes(entries.remove());
        }
        changed(left);
    }

    boolean holdsRemovals() {
        return entries.stream().anyMatch(entry -> !(entry.operation() instanceof RegistrationOperation));
    }

    /** Drops the registrations of an application that was removed from the store, or will be after all that is deferred. */
    void dropRegistrations(String appId) {
        entries.removeIf(entry -> isRegistrationOf(appId, entry));
        changed(entries.stream().mapToLong(DeferredWrites::heapBytes).sum());
    }
}
