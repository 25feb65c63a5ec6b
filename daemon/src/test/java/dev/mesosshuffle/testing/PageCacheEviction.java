package dev.mesosshuffle.testing;

import java.io.IOException;
import java.nio.file.Path;

/** Takes a file out of the kernel's page cache. */
public final class PageCacheEviction {
    private PageCacheEviction() {}

    /** Writes a file to its disk and takes it out of memory; {@code dd} tells the kernel so, which Java cannot. */
    public static void evict(Path file) throws IOException, InterruptedException {
        Process dd = new ProcessBuilder(
                        "dd", "of=" + file, "count=0", "oflag=nocache", "conv=notrunc,fdatasync", "status=none")
                .inheritIO()
                .start();
        int status = dd.waitFor();
        if (status != 0) {
            throw new IOException("dd ended with " + status + " (expected: 0) for " + file);
        }
    }
}
