package dev.mesosshuffle.database;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Detects the lack of file descriptors, which SQLite does not report as the reason why it cannot open a file. */
public final class FileDescriptors {
    private static final Path ALWAYS_THERE = Path.of("/dev/null");

    private FileDescriptors() {}

    /** Whether this process can open no more files at this moment. */
    public static boolean areExhausted() {
        try {
            Files.newInputStream(ALWAYS_THERE).close();
            return false;
        } catch (IOException e) {
            return ErrorMessages.isTooManyOpenFiles(e);
        }
    }
}
