package dev.mesosshuffle.simulation;

import dev.mesosshuffle.model.LocalDir;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** A dir that somebody made for shuffle files, what is true of it, and when it may go as one that nobody knows. */
final class SimulatedDir {
    private static final String DATA = "0a/shuffle_0_0_0.data";
    private static final String MORE = "0b/temp_shuffle";

    final LocalDir dir;

    private long changed;

    /** What the wall clock was set forward by then. */
    private long shift;

    /** Whether some process has a file in it open. */
    boolean open;

    /** How many reads of its files go on. */
    int reads;

    private final File data;
    private final File more;

    private SimulatedDir(LocalDir dir) {
        this.dir = dir;
        this.data = dir.path().resolve(DATA).toFile();
        this.more = dir.path().resolve(MORE).toFile();
    }

    /** Makes it, as one that has not changed for a time. */
    static SimulatedDir make(LocalDir dir, Path linkTo, SimulatedClocks time, long age) throws IOException {
        SimulatedDir made = new SimulatedDir(dir);
        Files.createDirectories(dir.path().resolve("0a"));
        Files.createDirectory(dir.path().resolve("0b"));
        Files.writeString(dir.path().resolve(DATA), "data");
        Files.writeString(dir.path().resolve(MORE), "data");
        Files.createSymbolicLink(dir.path().resolve("0b/link"), linkTo);
        made.mark(time, age, DATA, MORE, "0a", "0b", "");
        for (Path above = dir.path().getParent(); above != null && !above.equals(dir.root()); ) {
            Files.setLastModifiedTime(above, FileTime.fromMillis(time.wallMillis() - age / 1_000_000));
            above = above.getParent();
        }
        return made;
    }

    /** A file in it changes now. */
    void write(SimulatedClocks time) throws IOException {
        mark(time, 0, DATA, "0a");
    }

    private void mark(SimulatedClocks time, long age, String... names) throws IOException {
        for (String each : names) {
            Files.setLastModifiedTime(
                    dir.path().resolve(each), FileTime.fromMillis(time.wallMillis() - age / 1_000_000));
        }
        changed = time.now() - age;
        shift = time.wallShift();
    }

    /**
     * When a file in it last changed, if a service can tell: it knows the wall clock as it is, and as it was when it
     * started.
     *
     * @param shifts what the clock was set forward by when each service started that is to know
     * @return the time; {@link SimulatedApplication#NEVER} if one of them cannot tell
     */
    long changed(SimulatedClocks time, LongStream shifts) {
        return isMarkedByClockOf(time) || shifts.allMatch(each -> each == shift) ? changed : SimulatedApplication.NEVER;
    }

    /**
     * When a file in it last changed, as a service takes it that reads its time by the clock as it was when that service
     * started. It lies ahead if people set the clock forward, somebody wrote, and they set it again.
     */
    long misread(long shiftAtStart) {
        return changed + TimeUnit.MILLISECONDS.toNanos(shift - shiftAtStart);
    }

    boolean isMarkedByClockOf(SimulatedClocks time) {
        return shift == time.wallShift();
    }

    Path data() {
        return data.toPath();
    }

    boolean isWhole() {
        return data.length() == 4 && more.length() == 4;
    }

    /** Whether nothing of it is there, whatever its name is by now. */
    boolean isGone() throws IOException {
        return namesLeft().isEmpty();
    }

    /** Whether all of it is there, whatever its name is by now. */
    boolean isReadable() throws IOException {
        return namesLeft().stream().anyMatch(path -> Files.exists(path.resolve(DATA)));
    }

    /** Each dir in which it lies may have got another name, too. */
    private List<Path> namesLeft() throws IOException {
        List<Path> left = List.of(dir.root());
        for (Path name : dir.root().relativize(dir.path())) {
            List<Path> deeper = new ArrayList<>();
            for (Path parent : left) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, entry -> isIt(entry, name))) {
                    entries.forEach(deeper::add);
                }
            }
            left = deeper;
        }
        return left;
    }

    private static boolean isIt(Path entry, Path name) {
        String other = entry.getFileName().toString();
        return other.equals(name.toString()) || (other.startsWith("going-") && other.endsWith(name.toString()));
    }

    /**
     * Whether it may not be deleted, as one that no registry names.
     *
     * @param age for how long nothing in it has changed
     * @param seesAll whether it can be told what every process has open
     * @param uptime for how long the host has been up
     */
    boolean mustStay(long age, boolean seesAll, long uptime) {
        return open || (age <= uptime && (!seesAll || age <= SimulatedApplication.ORPHAN_TIMEOUT));
    }

    @Override
    public String toString() {
        return dir.root().getFileName() + "/" + dir.root().relativize(dir.path());
    }
}
