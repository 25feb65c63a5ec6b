package dev.mesosshuffle.activity;

import dev.mesosshuffle.concurrent.ThreadShortageException;
import dev.mesosshuffle.logging.Sanitizer;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Why it is not known whether files change in an application's local dirs.
 *
 * @param place what could not be looked at, for people
 * @param reason why; the same for all places that fail in the same way
 */
public record ScanFailure(String place, String reason) {
    private static final String ALL = "its local dirs";

    /** The disk has not answered for a while; it may yet. */
    public static final ScanFailure HANGING = new ScanFailure(ALL, "the disk does not answer");

    /** What was seen first is too old by the time at which the last was seen. */
    static final ScanFailure TOO_SLOW = new ScanFailure(ALL, "the disk took too long to answer");

    /** The registry could not be read whole, so that there are dirs which nobody here knows. */
    public static final ScanFailure DIRS_UNKNOWN =
            new ScanFailure(ALL, "not all of them are known, for their rows in the registry cannot be read");

    public static ScanFailure of(Path path, Throwable failure) {
        return new ScanFailure(Sanitizer.printable(path.toString()), text(cause(failure)));
    }

    public static ScanFailure of(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof DiskHangsException) {
            return HANGING;
        }
        boolean waits = cause instanceof RejectedExecutionException && !(cause instanceof ThreadShortageException);
        return new ScanFailure(ALL, waits ? "too much waits for the disk already" : text(cause));
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean isWrapped = failure instanceof CompletionException || failure instanceof DirectoryIteratorException;
        return isWrapped && cause != null ? cause : failure;
    }

    private static String text(Throwable failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return text(failure, reason);
    }

    private static String text(Throwable failure, @Nullable String reason) {
        return reason == null || reason.isBlank() ? failure.getClass().getSimpleName() : Sanitizer.printable(reason);
    }

    public String text() {
        return place + ": " + reason;
    }
}
