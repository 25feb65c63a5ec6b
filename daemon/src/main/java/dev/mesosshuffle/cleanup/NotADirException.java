package dev.mesosshuffle.cleanup;

import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A link or a file lies where only a dir is safe to go on with. */
final class NotADirException extends NotDirectoryException {
    private final String kind;

    NotADirException(Path path, BasicFileAttributes attributes) {
        super(path.toString());
        this.kind = attributes.isSymbolicLink() ? "a symbolic link" : "a file";
    }

    @Override
    public String getMessage() {
        return getFile() + " is " + kind + " (expected: a directory)";
    }
}
