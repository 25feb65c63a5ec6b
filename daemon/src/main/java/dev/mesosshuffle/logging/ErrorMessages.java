package dev.mesosshuffle.logging;

import dev.mesosshuffle.concurrent.ThreadShortageException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Says on one line what went wrong. An exception's own message does not do: that of a missing file is its name alone, that
 * of others is null or the name of the class that wraps them.
 */
public final class ErrorMessages {
    /** A longer reason tells nothing more. */
    private static final int MAX_BYTES = 2000;

    private static final Pattern LINE_BREAK = Pattern.compile("[\\h\\v]*\\R[\\h\\v]*");

    private ErrorMessages() {}

    /**
     * The reason, after the file or host that it is about if the exception names one.
     *
     * @param failure what went wrong
     * @return one line, never blank and never {@code null}
     */
    public static String of(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof FileSystemException file && file.getFile() != null) {
            String other = file.getOtherFile() == null ? "" : " -> " + file.getOtherFile();
            return oneLine(file.getFile() + other + ": " + reason(file));
        }
        return reason(cause);
    }

    /** The reason alone, for a line that names the file already. */
    public static String reason(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof FileSystemException file) {
            return oneLine(file.getReason() == null ? ofClass(file) : file.getReason());
        }
        String message = cause.getMessage();
        if (cause instanceof UnknownHostException) {
            return oneLine("unknown host: " + message);
        }
        if (message == null || message.isBlank()) {
            return ofClass(cause);
        }
        if (cause instanceof RejectedExecutionException && !(cause instanceof ThreadShortageException)) {
            // Its message names objects of the JDK.
            return "too much is waiting already";
        }
        // The message of these is a number, a name or a fragment.
        boolean isFragment = cause instanceof IndexOutOfBoundsException
                || cause instanceof ClassNotFoundException
                || cause instanceof LinkageError
                || cause instanceof VirtualMachineError;
        return oneLine(isFragment ? cause.getClass().getSimpleName() + ": " + message : message);
    }

    /** Whether this process, or the whole host, has no descriptor left for what was to be opened. */
    public static boolean isTooManyOpenFiles(Throwable failure) {
        Throwable cause = cause(failure);
        String reason = cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
        return reason != null && reason.contains("Too many open files");
    }

    /** What went wrong, without what it was wrapped in on its way between threads and through iterators. */
    public static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof CompletionException
                        || cause instanceof ExecutionException
                        || cause instanceof UncheckedIOException
                        || cause instanceof DirectoryIteratorException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Makes one line of any text, as {@link Sanitizer} does; where it had several, they become one. */
    public static String oneLine(String text) {
        String bounded = text.length() <= MAX_BYTES ? text : text.substring(0, MAX_BYTES);
        String line = LINE_BREAK.matcher(bounded.strip()).replaceAll(" ") + text.substring(bounded.length());
        return Sanitizer.line(line, MAX_BYTES);
    }

    /** In the system's own words where the JDK keeps them for itself. */
    private static String ofClass(Throwable cause) {
        if (cause instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (cause instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (cause instanceof NotDirectoryException) {
            return "Not a directory";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "File exists";
        }
        if (cause instanceof DirectoryNotEmptyException) {
            return "Directory not empty";
        }
        if (cause instanceof UnresolvedAddressException) {
            return "unknown host";
        }
        if (cause instanceof UnsupportedAddressTypeException) {
            return "this host has no addresses of that family";
        }
        if (cause instanceof ClosedChannelException) {
            return "the connection or file was closed";
        }
        if (cause instanceof TimeoutException) {
            return "no answer in time";
        }
        return cause.getClass().getSimpleName();
    }
}
