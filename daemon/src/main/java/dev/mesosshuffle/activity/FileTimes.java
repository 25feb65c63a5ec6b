package dev.mesosshuffle.activity;

import dev.mesosshuffle.host.RegularFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads the times of files. Every method throws if the disk does. */
public interface FileTimes {
    /** The disk itself. */
    FileTimes ON_DISK = new FileTimes() {
        @Override
        public BasicFileAttributes attributes(Path path) throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        public DirectoryStream<Path> entries(Path dir) throws IOException {
            return RegularFiles.list(dir);
        }
    };

    /** Returns the attributes of a path, without following a link. */
    BasicFileAttributes attributes(Path path) throws IOException;

    /** Opens a directory; reading from the stream may fail too. */
    DirectoryStream<Path> entries(Path dir) throws IOException;
}
