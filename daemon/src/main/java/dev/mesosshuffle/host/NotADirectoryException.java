package dev.mesosshuffle.host;

import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A link or a file is in the place of a directory, and must not be followed or opened. */
public final class NotADirectoryException extends NotDirectoryException {
    private final String kind;

    public NotADirectoryException(Path path, BasicFileAttributes attributes) {
        super(path.toString());
        this.kind = attributes.isSymbolicLink() ? "a symbolic link" : "a file";
    }

    @Override
    public String getMessage() {
        return getFile() + " is " + kind + " (expected: a directory)";
    }
}
