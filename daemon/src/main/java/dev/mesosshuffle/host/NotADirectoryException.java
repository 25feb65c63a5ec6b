package dev.mesosshuffle.host;

import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A link or a file lies where only a dir is safe to go on with. */
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
