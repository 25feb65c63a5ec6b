package dev.mesosshuffle.database;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** SQLite does not say that it could not open a file because this process has too many open. */
public final class FileDescriptors {
    private static final Path ALWAYS_THERE = Path.of("/dev/null");

    private FileDescriptors() {}

    /** Whether this process can open nothing more at this moment. */
    public static boolean areUsedUp() {
        try {
            Files.newInputStream(ALWAYS_THERE).close();
            return false;
        } catch (IOException e) {
            return ErrorMessages.isTooManyOpenFiles(e);
        }
    }
}
