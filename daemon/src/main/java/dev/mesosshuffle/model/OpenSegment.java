package dev.mesosshuffle.model;

import org.jspecify.annotations.Nullable;

/**
 * A part of a file that is open for reading. Whoever holds it owns it and closes it exactly once; it is handed on
 * between threads, never shared by them.
 */
public final class OpenSegment implements AutoCloseable {
    private final @Nullable OpenFile file;
    private final long offset;
    private final long length;
    private final @Nullable Runnable afterClose;

    private OpenSegment(@Nullable OpenFile file, long offset, long length, @Nullable Runnable afterClose) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.afterClose = afterClose;
    }

    /**
     * A part of an open file.
     *
     * @param file the file; one reference to it passes to the segment
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     */
    public static OpenSegment of(OpenFile file, long offset, long length) {
        return new OpenSegment(file, offset, length, null);
    }

    /** An empty block; it has no file. */
    public static OpenSegment empty() {
        return new OpenSegment(null, 0, 0, null);
    }

    /** The same segment, which takes this one's place; on being closed it also runs a task. */
    public OpenSegment andThen(Runnable task) {
        return new OpenSegment(file, offset, length, task);
    }

    /**
     * The open file.
     *
     * @throws IllegalStateException if the segment is empty
     */
    public OpenFile file() {
        if (file == null) {
            throw new IllegalStateException("an empty segment has no file");
        }
        return file;
    }

    /** Where the part begins, in bytes. */
    public long offset() {
        return offset;
    }

    /** How long it is, in bytes. */
    public long length() {
        return length;
    }

    @Override
    public void close() {
        if (file != null) {
            file.release();
        }
        if (afterClose != null) {
            afterClose.run();
        }
    }
}
