package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Puts files into the kernel's page cache, and takes them out of it. */
public final class PageCache {
    private static final int READ_BYTES = 1024 * 1024;

    private PageCache() {}

    /** Reads every file once. */
    public static void warm(List<Path> files) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                while (channel.read(buffer.clear()) >= 0) {
                    // The bytes themselves are not wanted.
                }
            }
        }
    }

    /**
     * Writes the files to disk, then drops them. {@code dd} does by posix_fadvise what Java cannot; it needs no privileges,
     * and unlike /proc/sys/vm/drop_caches it leaves other files alone.
     */
    public static void drop(List<Path> files) throws IOException, InterruptedException {
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                // What is not on disk is not dropped.
                channel.force(false);
            }
            List<String> command =
                    new ArrayList<>(List.of("dd", "if=" + file, "iflag=nocache", "count=0", "status=none"));
            Process dd = new ProcessBuilder(command).inheritIO().start();
            int status = dd.waitFor();
            if (status != 0) {
                throw new IOException("dd ended with " + status + " (expected: 0) for " + file);
            }
        }
    }
}
