package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.concurrent.DiskExecutors;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * Works on a long list in slices on the pool of a disk: between two slices, other clients have their turns. Stops between two
 * slices if its client has gone. For any thread.
 */
final class DiskSlices {
    private final DiskExecutors disks;
    private final int sliceSize;

    /**
     * Creates slices.
     *
     * @param sliceSize how many items one task takes
     */
    DiskSlices(DiskExecutors disks, int sliceSize) {
        this.disks = disks;
        this.sliceSize = sliceSize;
    }

    /** What is done with each item, on a thread of the disk. */
    @FunctionalInterface
    interface Step<T> {
        /**
         * Works on one item.
         *
         * @throws Exception ends the work on the list
         */
        void take(T item) throws Exception;
    }

    /**
     * Works on all items of a list, one after the other.
     *
     * @param disk the root that stands for the disk
     * @param client who waits for it
     * @return completes after the last item, on a thread of the disk; fails with what a step threw, with a {@link
     *     RejectedExecutionException} if the disk's queue is full, or with a {@link ClientGoneException}
     */
    <T> CompletableFuture<Void> forEach(Path disk, Caller client, List<T> items, Step<T> step) {
        Run<T> run = new Run<>(disk, client, items.iterator(), step);
        run.submit();
        return run.result;
    }

    private final class Run<T> {
        private final CompletableFuture<Void> result = new CompletableFuture<>();
        private final Path disk;
        private final Caller client;
        private final Iterator<T> items;
        private final Step<T> step;

        private Run(Path disk, Caller client, Iterator<T> items, Step<T> step) {
            this.disk = disk;
            this.client = client;
            this.items = items;
            this.step = step;
        }

        private void submit() {
            try {
                disks.execute(disk, client, this::takeSlice);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                result.completeExceptionally(e);
            }
        }

        private void takeSlice() {
            try {
                for (int taken = 0; taken < sliceSize && items.hasNext(); taken++) {
                    step.take(items.next());
                }
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
                return;
            }
            if (!items.hasNext()) {
                result.complete(null);
            } else if (client.isOpen()) {
                submit();
            } else {
                result.completeExceptionally(new ClientGoneException(client.remoteAddress()));
            }
        }
    }
}
