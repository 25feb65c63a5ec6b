package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** Reads index files as {@link IndexCache} does. */
final class TestIndexFile {
    private TestIndexFile() {}

    /** Reads a file that lies anywhere, two directories deep or more. */
    static IndexFile read(Path path, long maxBytesInMemory) throws IOException {
        Path subDir = parent(path);
        Path dir = parent(subDir);
        BlockFile file = new BlockFile(
                new LocalDir(parent(dir), dir),
                subDir.getFileName().toString(),
                path.getFileName().toString());
        try (OpenedFile opened = RegularFiles.open(file.root(), path)) {
            return IndexFile.read(file, opened, FileIdentity.of(opened), maxBytesInMemory);
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
