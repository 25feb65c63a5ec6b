package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** A file whose disk answers when it is told to. */
final class TestFile implements OpenFile, AutoCloseable {
    private final FileChannel channel;
    private final Deque<CompletableFuture<Void>> loads = new ArrayDeque<>();
    private long loadedBytes;
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
    public boolean isLoaded(long offset, long length) {
        return offset + length <= loadedBytes;
    }

    /** Has the beginning of the file in the page cache. */
    void setLoaded(long bytes) {
        loadedBytes = bytes;
    }

    @Override
    public CompletableFuture<Void> loadLater(long offset, long length) {
        CompletableFuture<Void> load = new CompletableFuture<>();
        loads.add(load);
        return load;
    }

    /** How many parts are being waited for. */
    int waiting() {
        return loads.size();
    }

    void answer() {
        loads.remove().complete(null);
    }

    void fail(IOException error) {
        loads.remove().completeExceptionally(error);
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
