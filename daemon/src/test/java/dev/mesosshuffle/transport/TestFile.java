package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.PageResidency;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A file whose disk responds on demand. */
final class TestFile implements OpenFile, AutoCloseable {
    private static final long UNKNOWN = -1;

    private final FileChannel channel;
    private final Deque<Work> works = new ArrayDeque<>();

    private record Work(ReadListener listener, Action action) {}

    private interface Action {
        void run() throws IOException;
    }

    private long residentFrom;
    private long residentBytes = UNKNOWN;
    private int looks;
    private long asked;
    private boolean isOutOfMemory;
    private boolean isQueueFull;
    private @Nullable Object client;
    private int released;

    TestFile(Path path) throws IOException {
        this.channel = FileChannel.open(path);
    }

    @Override
    public FileChannel channel() {
        return channel;
    }

    @Override
    public void load(long offset, long length) {}

    @Override
    public PageResidency residency(long offset, long length) {
        looks++;
        if (residentBytes == UNKNOWN) {
            return PageResidency.UNKNOWN;
        }
        boolean resident = offset >= residentFrom && offset + length <= residentBytes;
        return resident ? PageResidency.RESIDENT : PageResidency.MISSING;
    }

    /** Has the beginning of the file in the page cache, and nothing else. */
    void setResident(long bytes) {
        setResident(0, bytes);
    }

    /** Has this part of the file in the page cache, and nothing else. */
    void setResident(long from, long to) {
        residentFrom = from;
        residentBytes = to;
    }

    /** How often somebody asked what is in the page cache. */
    int looks() {
        return looks;
    }

    @Override
    public void loadAsync(Object its, long offset, long length, ReadListener listener) {
        add(its, length, listener, () -> {});
    }

    @Override
    public void readAsync(Object its, long offset, ByteBuffer target, ReadListener listener) {
        add(its, target.remaining(), listener, () -> read(offset, target));
    }

    @Override
    public boolean readResident(long offset, ByteBuffer target) throws IOException {
        if (residency(offset, target.remaining()) != PageResidency.RESIDENT) {
            return false;
        }
        read(offset, target);
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        long next = offset;
        while (target.hasRemaining()) {
            int read = channel.read(target, next);
            if (read < 0) {
                throw new EOFException("file ended at " + channel.size());
            }
            next += read;
        }
    }

    private void add(Object its, long length, ReadListener listener, Action action) {
        if (isOutOfMemory) {
            throw new OutOfMemoryError("for a test");
        }
        client = its;
        asked = length;
        if (isQueueFull) {
            listener.onReadEnd(new RejectedExecutionException("full"));
        } else {
            works.add(new Work(listener, action));
        }
    }

    /** Whether the queue of the disk rejects reads from now on. */
    void setQueueFull(boolean isFull) {
        isQueueFull = isFull;
    }

    /** Whose turn the last read takes. */
    @Nullable
    Object client() {
        return client;
    }

    /** From now on, there is no memory to ask for a part. */
    void runOutOfMemory() {
        isOutOfMemory = true;
    }

    /** How much was asked for last, in bytes. */
    long asked() {
        return asked;
    }

    /** How many parts are being waited for. */
    int waiting() {
        return works.size();
    }

    void answer() {
        Work work = works.remove();
        IOException failure = null;
        try {
            work.action().run();
        } catch (IOException e) {
            failure = e;
        }
        work.listener().onReadEnd(failure);
    }

    void fail(IOException error) {
        works.remove().listener().onReadEnd(error);
    }

    /** How many references were given back. */
    int released() {
        return released;
    }

    @Override
    public void release() {
        released++;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
