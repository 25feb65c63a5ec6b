package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Explains why a local dir is refused; each cause has its own text. */
final class LocalDirFailures {
    private LocalDirFailures() {}

    /** Refuses a dir whose spelling breaks a rule. */
    static LocalDirRefusedException refusal(Path dir, String expected) {
        return new LocalDirRefusedException(text(dir, expected));
    }

    /** Refuses a dir for what is at its path. */
    static LocalDirRefusedException confidential(Path dir, String expected) {
        return new LocalDirRefusedException(text(dir, expected), "");
    }

    private static String text(Path dir, String expected) {
        return "local dir: " + Sanitizer.printable(dir.toString()) + " (expected: " + expected + ")";
    }

    /**
     * Refuses a dir that cannot be inspected.
     *
     * @throws LocalDirUnknownException if the failure says nothing about the dir
     */
    static LocalDirRefusedException refusal(Path dir, IOException failure) throws LocalDirUnknownException {
        if (ErrorMessages.isTooManyOpenFiles(failure)) {
            throw new LocalDirUnknownException("overloaded: local dir " + Sanitizer.printable(dir.toString())
                    + " cannot be inspected now, because this service has too many open files (retry; its operator raises"
                    + " LimitNOFILE or ulimit -n)");
        }
        if (failure instanceof AccessDeniedException) {
            return new LocalDirRefusedException(
                    text(dir, "a directory that this service may enter and read; does it run as the executors' user?"),
                    DeniedFile.describe(dir) + '.');
        }
        if (failure instanceof NoSuchFileException) {
            return confidential(dir, "an existing directory");
        }
        return confidential(dir, "a directory that can be inspected, which failed: " + ErrorMessages.reason(failure));
    }
}
