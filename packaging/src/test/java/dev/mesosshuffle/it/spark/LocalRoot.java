package dev.mesosshuffle.it.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What lies below the root that block managers make their local dirs under. Dirs may vanish while they are listed. */
public record LocalRoot(Path path) {
    /** The local dirs, at any depth. */
    public List<Path> blockManagerDirs() {
        return dirs().stream().filter(dir -> isNamed(dir, "blockmgr-")).toList();
    }

    /** Everything that Spark made there: local dirs and what holds them. */
    public List<Path> sparksDirs() {
        return dirs().stream()
                .filter(dir -> isNamed(dir, "spark-") || isNamed(dir, "executor-") || isNamed(dir, "blockmgr-"))
                .toList();
    }

    /** The dirs that neither lie in one of the given ones nor lead to one, but for the service's own state. */
    public List<Path> dirsBeside(Collection<Path> known) {
        return dirs().stream()
                .filter(dir -> !dir.equals(path) && !dir.startsWith(path.resolve(".mesos-shuffle-service")))
                .filter(dir -> known.stream().noneMatch(other -> dir.startsWith(other) || other.startsWith(dir)))
                .toList();
    }

    private static boolean isNamed(Path dir, String prefix) {
        return dir.getFileName().toString().startsWith(prefix);
    }

    private List<Path> dirs() {
        List<Path> dirs = new ArrayList<>();
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                    dirs.add(dir);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return dirs;
    }
}
