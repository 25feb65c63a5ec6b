package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.OpenFile;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A read on a thread of a disk, whose end its listener learns of in any case. It does nothing once it is cancelled.
 *
 * <p><b>Concurrency:</b> runs on one thread, and may be cancelled on another.
 */
final class DiskRead implements Runnable {
    private final Work work;
    private final Runnable onReadError;
    private final OpenFile.ReadListener listener;
    private final AtomicBoolean decided = new AtomicBoolean();

    /** Reads a disk. */
    interface Work {
        void run() throws IOException;
    }

    /**
     * Creates a read.
     *
     * @param onReadError counts an error of the disk
     */
    DiskRead(Work work, Runnable onReadError, OpenFile.ReadListener listener) {
        this.work = work;
        this.onReadError = onReadError;
        this.listener = listener;
    }

    @Override
    public void run() {
        if (decided.compareAndSet(false, true)) {
            listener.onReadEnd(read());
        }
    }

    private @Nullable Throwable read() {
        try {
            work.run();
            return null;
        } catch (IOException e) {
            onReadError.run();
            return e;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    /** Prevents the read, of which the listener learns nothing then; returns false if it has begun. */
    boolean cancel() {
        return decided.compareAndSet(false, true);
    }
}
