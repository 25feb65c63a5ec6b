package dev.mesosshuffle.activity;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The two questions that a look into local dirs asks a disk. Each fails if the disk does not say. */
public interface FileTimes {
    FileTimes ON_DISK = new FileTimes() {
        @Override
        public BasicFileAttributes attributes(Path path) throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        public DirectoryStream<Path> entries(Path dir) throws IOException {
            return Files.newDirectoryStream(dir);
        }
    };

    /** Looks at a path, not at what it links to. */
    BasicFileAttributes attributes(Path path) throws IOException;

    /** Opens a dir; reading from it may fail as for any stream of the JDK. */
    DirectoryStream<Path> entries(Path dir) throws IOException;
}
