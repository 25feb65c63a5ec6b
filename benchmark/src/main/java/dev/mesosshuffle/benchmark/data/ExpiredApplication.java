package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** An application whose files are there to be deleted. They are created again for each run. */
public final class ExpiredApplication {
    /** The name it has. */
    public static final String APP_ID = "benchmark-doomed";

    private static final int EXECUTORS = 20;
    private static final int DIRS_EACH = 100;
    private static final int FILES_EACH = 100;
    private static final byte[] CONTENT = new byte[1024];

    private final Path root;

    private ExpiredApplication(Path root) {
        this.root = root;
    }

    /**
     * Writes all files, and has them on disk when it returns.
     *
     * @param root a folder of their own, for which there is nothing else; what an earlier run left there goes first
     */
    public static ExpiredApplication write(Path root) throws IOException, InterruptedException {
        removeWithRm(root);
        ExpiredApplication written = new ExpiredApplication(root);
        for (Path localDir : written.localDirs()) {
            for (int dir = 0; dir < DIRS_EACH; dir++) {
                Path subDir = Files.createDirectories(localDir.resolve(String.format("%02x", dir)));
                for (int file = 0; file < FILES_EACH; file++) {
                    Files.write(subDir.resolve("shuffle_0_" + file + "_0.data"), CONTENT);
                }
            }
        }
        Command.run("sync");
        return written;
    }

    /** Deletes it as an operator does. */
    public static void removeWithRm(Path root) throws IOException, InterruptedException {
        Command.run("rm", "-rf", root.toString());
    }

    /** How many files and dirs there are, in words. */
    public static String describe() {
        return EXECUTORS * DIRS_EACH * FILES_EACH + " files in " + EXECUTORS * DIRS_EACH + " dirs";
    }

    /** The dirs of its executors. */
    public List<Path> localDirs() {
        List<Path> dirs = new ArrayList<>();
        for (int executor = 0; executor < EXECUTORS; executor++) {
            dirs.add(root.resolve(LocalDirName.of("expired-" + executor)));
        }
        return dirs;
    }

    /** Whether somebody has begun to delete it: then the dirs' names are others. */
    public boolean isGoing() {
        return localDirs().stream().noneMatch(Files::exists);
    }

    /** Whether nothing is left. */
    public boolean isGone() throws IOException {
        try (Stream<Path> left = Files.list(root)) {
            return left.findAny().isEmpty();
        }
    }
}
