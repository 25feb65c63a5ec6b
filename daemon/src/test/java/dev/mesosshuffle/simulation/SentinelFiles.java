package dev.mesosshuffle.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is nobody's to touch: all around the roots, and in them what no Spark made. All of it is old. */
final class SentinelFiles {
    private static final FileTime OLD = FileTime.fromMillis(
            System.currentTimeMillis() - Duration.ofDays(1000).toMillis());

    private final List<Path> tops = new ArrayList<>();
    private final Map<String, String> before;

    /** Where links from inside the roots lead. */
    final Path outside;

    SentinelFiles(Path dir, List<Path> roots) throws IOException {
        outside = Files.createDirectory(dir.resolve("outside"));
        fill(outside.resolve("blockmgr-1"));
        fill(outside.resolve("0a"));
        tops.add(outside);
        for (Path root : roots) {
            tops.add(fill(root.resolve("spark-events")));
            tops.add(fill(root.resolve("mine/blockmgr-1")).getParent());
            tops.add(Files.writeString(root.resolve("blockmgr-file"), "data"));
            tops.add(Files.createSymbolicLink(root.resolve("blockmgr-link"), outside.resolve("blockmgr-1")));
        }
        for (Path path : all()) {
            if (!Files.isSymbolicLink(path)) {
                Files.setLastModifiedTime(path, OLD);
            }
        }
        before = look();
    }

    private static Path fill(Path dir) throws IOException {
        Files.createDirectories(dir);
        Files.writeString(dir.resolve("shuffle_0_0_0.data"), "data");
        return dir;
    }

    private List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path top : tops) {
            try (Stream<Path> paths = Files.walk(top)) {
                paths.forEach(all::add);
            }
        }
        return all;
    }

    private Map<String, String> look() throws IOException {
        Map<String, String> seen = new TreeMap<>();
        for (Path path : all()) {
            seen.put(path.toString(), describe(path));
        }
        return seen;
    }

    private static String describe(Path path) {
        try {
            if (Files.isSymbolicLink(path)) {
                return "link to " + Files.readSymbolicLink(path);
            }
            String content = Files.isDirectory(path) ? "dir" : Files.readString(path);
            return content + " of " + Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void assertUntouched() throws IOException {
        assertThat(look()).isEqualTo(before);
    }

    /** Whether something in a root is here, or holds what is here. */
    boolean hold(Path path) {
        return tops.contains(path);
    }
}
