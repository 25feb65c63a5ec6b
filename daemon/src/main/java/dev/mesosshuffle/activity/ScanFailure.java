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
 * Why a scan of an application's local directories failed.
 *
 * @param place what could not be scanned, for operators
 * @param reason why; the same for all places that fail in the same way
 */
public record ScanFailure(String place, String reason) {
    private static final String ALL = "its local directories";

    /** The disk has not responded for a while; it may yet. */
    public static final ScanFailure HANGING = new ScanFailure(ALL, "the disk does not respond");

    /** The first results are too old by the time of the last. */
    static final ScanFailure TOO_SLOW = new ScanFailure(ALL, "the disk took too long to respond");

    static final ScanFailure NO_MEMORY = new ScanFailure(ALL, "there was not enough memory");

    /** The registry could not be read completely, or names directories that no executor may register. */
    public static final ScanFailure DIRS_UNKNOWN = new ScanFailure(
            ALL, "not all of them are known, because their rows in the registry cannot be read or are refused");

    /** Returns that one path could not be scanned. */
    public static ScanFailure of(Path path, Throwable failure) {
        return new ScanFailure(Sanitizer.printable(path.toString()), text(cause(failure)));
    }

    /** Returns that the scan failed as a whole, or could not be started. */
    public static ScanFailure of(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof DiskHangsException) {
            return HANGING;
        }
        boolean queueFull = cause instanceof RejectedExecutionException && !(cause instanceof ThreadShortageException);
        return new ScanFailure(ALL, queueFull ? "too many tasks wait for the disk already" : text(cause));
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

    /** Returns the place and the reason, for operators. */
    public String text() {
        return place + ": " + reason;
    }
}
