package dev.mesosshuffle.crash;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.testing.DirContents;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Two disks with the files of applications, one of which lives on, of orphans, and of others, inside and beside them. */
final class Host {
    static final String LIVE = "live";
    static final String DEAD = "dead";

    /** Kept by an operator, released, and then removed manually. */
    static final String PINNED = "pinned";

    private static final String UUID = "-0b1c2d3e-0123-4567-89ab-cdef0123456";
    private static final String SHARED = "disk1/spark" + UUID + 1;

    /** Deleted with its last executor's dir. */
    private static final String OF_DEAD = "disk2/spark" + UUID + 2;

    /** Which executors there are, and where their files lie. */
    static final List<Executor> EXECUTORS = List.of(
            new Executor(LIVE, "1", "disk1/blockmgr-live-1", "disk2/blockmgr-live-1"),
            new Executor(LIVE, "2", SHARED + "/executor" + UUID + "a/blockmgr-live-2"),
            new Executor(DEAD, "1", "disk1/blockmgr-dead-1", "disk2/blockmgr-dead-1"),
            new Executor(DEAD, "2", SHARED + "/executor" + UUID + "b/blockmgr-dead-2"),
            new Executor(DEAD, "3", OF_DEAD + "/executor" + UUID + "c/blockmgr-dead-3"),
            new Executor(PINNED, "1", "disk1/blockmgr-pinned-1"));

    private static final List<String> ORPHANS = List.of("disk1/blockmgr-orphan", "disk2/spark" + UUID + 3);

    /** Where the live application has a block that it removes itself. */
    static final String WITH_BLOCK = EXECUTORS.get(0).dirs().get(0);

    static final String SUB_DIR = "0a";
    static final String REMOVED_BLOCK = "rdd_0_0";

    private static final List<String> FILES =
            List.of("0a/shuffle_0_0_0.data", "0a/shuffle_0_0_0.index", "3f/shuffle_1_0_0.data");

    /** No file was used since that time, and no process is that old. */
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));

    private final Path dir;

    Host(Path dir) {
        this.dir = dir;
    }

    /**
     * An executor.
     *
     * @param dirs its local dirs, below the host's
     */
    record Executor(String appId, String execId, List<String> dirs) {
        Executor(String appId, String execId, String... dirs) {
            this(appId, execId, List.of(dirs));
        }

        AppExecId id() {
            return new AppExecId(appId, execId);
        }

        String file(String dir, String name) {
            return name + " of " + appId + "/" + execId + " in " + dir;
        }
    }

    /** Fills it; returns what there must be in the end. */
    Map<String, String> fill() throws IOException {
        fill(LIVE);
        write("disk1/notes", "keep");
        write("disk1/spark-events/app", "keep");
        write("disk1/going-on/file", "keep");
        write("disk2/blockmgr-of-nobody/0a/file", "keep");
        // Code that follows a link to here finds the names that it expects.
        for (String there : List.of("blockmgr-dead-1/", "going-blockmgr-dead-1/", "")) {
            write("outside/" + there + "0a/shuffle_0_0_0.data", "keep");
        }
        Files.createSymbolicLink(dir.resolve("disk2/blockmgr-link"), dir.resolve("outside"));
        Map<String, String> stays = DirContents.of(dir);

        write(WITH_BLOCK + "/" + SUB_DIR + "/" + REMOVED_BLOCK, "go");
        fill(DEAD);
        fill(PINNED);
        Path dead = dir.resolve("disk1/blockmgr-dead-1/0a");
        Files.createSymbolicLink(dead.resolve("link-to-dir"), dir.resolve("outside"));
        Files.createSymbolicLink(dead.resolve("link-to-file"), dir.resolve("outside/0a/shuffle_0_0_0.data"));
        write(ORPHANS.get(0) + "/0a/file", "go");
        write(ORPHANS.get(1) + "/executor" + UUID + "d/blockmgr-orphan/0a/file", "go");
        for (String orphan : ORPHANS) {
            makeOld(dir.resolve(orphan));
        }
        return stays;
    }

    static List<Executor> executorsOf(String appId) {
        return EXECUTORS.stream()
                .filter(executor -> executor.appId().equals(appId))
                .toList();
    }

    private void fill(String appId) throws IOException {
        for (Executor executor : executorsOf(appId)) {
            for (String local : executor.dirs()) {
                for (String name : FILES) {
                    write(local + "/" + name, executor.file(local, name));
                }
            }
        }
    }

    private void write(String path, String content) throws IOException {
        Path file = dir.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static void makeOld(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.setLastModifiedTime(path, LONG_AGO);
            }
        }
    }

    List<Path> roots() {
        return List.of(dir.resolve("disk1"), dir.resolve("disk2"));
    }

    Path stateDir() {
        return dir.resolve("disk1/.mesos-shuffle-service");
    }

    Path acknowledgements() {
        return dir.resolveSibling(dir.getFileName() + ".acknowledged");
    }

    Path path(String below) {
        return dir.resolve(below);
    }

    /** What there is, but for the registries. */
    Map<String, String> contents() throws IOException {
        Map<String, String> contents = DirContents.of(dir);
        contents.keySet().removeIf(path -> path.startsWith("disk1/.mesos-shuffle-service"));
        return contents;
    }

    /** Checks that all of an executor's files are where the executor left them. */
    void assertWhole(Executor executor) {
        for (String local : executor.dirs()) {
            for (String name : FILES) {
                Path file = dir.resolve(local).resolve(name);
                try {
                    check(Files.readString(file).equals(executor.file(local, name)), file + " has other content");
                } catch (IOException e) {
                    throw new AssertionError(file + " cannot be read: " + e, e);
                }
            }
        }
    }

    /** Checks that nothing is left of what an application had, under any name; others' files may go meanwhile. */
    void assertDeleted(String appId) throws IOException {
        for (Executor executor : executorsOf(appId)) {
            for (String local : executor.dirs()) {
                Path path = dir.resolve(local);
                try (DirectoryStream<Path> names = Files.newDirectoryStream(path.getParent())) {
                    for (Path left : names) {
                        check(!left.toString().endsWith(path.getFileName().toString()), left + " is left");
                    }
                } catch (NoSuchFileException e) {
                    // Deleted with the directory that it lay in.
                }
            }
        }
        check(!appId.equals(DEAD) || Files.notExists(dir.resolve(OF_DEAD)), OF_DEAD + " is left");
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
