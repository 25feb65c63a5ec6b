package dev.mesosshuffle.host;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of this host have open, as {@code /proc} shows it at one moment: files, directories, and working
 * directories. They are compared by device and inode, because a process in a container sees them under another path.
 *
 * <p>A file that is not among them is unused only if every process is visible, hence {@link #visibilityGap}: this process
 * must be in the first PID namespace, whose number is fixed in the kernel; {@code /proc} must be that namespace's and hide
 * nothing; and the files of all processes must be readable, which takes the same user as all of them, or root.
 */
public final class OpenFiles {
    /** {@code PROC_PID_INIT_INO} of the kernel. */
    private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

    private static final String SPARK = "org.apache.spark.";

    private final Path proc;
    private final Set<Object> open = new HashSet<>();
    private final List<SparkProcess> sparkProcesses = new ArrayList<>();
    private @Nullable String visibilityGap;

    private OpenFiles(Path proc) {
        this.proc = proc;
    }

    /**
     * A process that may be a driver or an executor.
     *
     * @param pid its id
     * @param uid its user
     * @param started when it started, since the host's boot
     */
    public record SparkProcess(String pid, int uid, Duration started) {}

    /**
     * Inspects all processes; takes some ms for each thousand open files.
     *
     * @param proc {@code /proc}
     * @param pid this process's id there, if {@code proc} belongs to the same namespace
     */
    public static OpenFiles inspect(Path proc, long pid) {
        OpenFiles files = new OpenFiles(proc);
        try {
            files.visibilityGap = files.processListGap(pid);
            files.inspectProcesses();
        } catch (IOException | DirectoryIteratorException e) {
            files.visibilityGap = proc + " cannot be read: " + ErrorMessages.of(e);
        }
        return files;
    }

    /** Returns why some open files may not be visible; null if all are. */
    @Nullable
    public String visibilityGap() {
        return visibilityGap;
    }

    /**
     * Returns whether a file was open.
     *
     * @param fileKey its {@link BasicFileAttributes#fileKey}
     */
    public boolean contains(@Nullable Object fileKey) {
        return open.contains(fileKey);
    }

    /** Returns the visible processes that may be drivers or executors. */
    public List<SparkProcess> sparkProcesses() {
        return sparkProcesses;
    }

    private @Nullable String processListGap(long pid) throws IOException {
        String namespace = link(proc.resolve("self/ns/pid"));
        if (!namespace.equals(FIRST_PID_NAMESPACE)) {
            return "this process is in a PID namespace of its own, " + namespace + ", which hides the host's processes";
        }
        if (!link(proc.resolve("self")).equals(Long.toString(pid))) {
            return proc + " belongs to another PID namespace";
        }
        // Names in it are bytes in any encoding.
        for (String line : Files.readAllLines(proc.resolve("self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            if (line.contains(" " + proc + " ") && (line.contains("hidepid=") || line.contains("subset="))) {
                return proc + " is mounted so that it hides processes (hidepid or subset)";
            }
        }
        return null;
    }

    private void inspectProcesses() throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    inspect(process);
                } catch (IOException | DirectoryIteratorException e) {
                    if (visibilityGap == null && !hasEnded(process)) {
                        visibilityGap = "the open files of process " + process.getFileName() + " cannot be seen";
                    }
                }
            }
        }
    }

    /** True only if the kernel says so: after any other error it may still have files open. */
    private static boolean hasEnded(Path process) {
        try {
            Files.readAttributes(process, BasicFileAttributes.class);
            return false;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void inspect(Path process) throws IOException {
        addIfSpark(process);
        add(process.resolve("cwd"));
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                add(descriptor);
            }
        }
    }

    private void add(Path link) throws IOException {
        try {
            Object key = Files.readAttributes(link, BasicFileAttributes.class).fileKey();
            if (key != null) {
                open.add(key);
            }
        } catch (NoSuchFileException e) {
            // Closed just now, or a kernel thread's.
        }
    }

    private void addIfSpark(Path process) throws IOException {
        String command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        if (command.contains(SPARK)) {
            sparkProcesses.add(new SparkProcess(
                    String.valueOf(process.getFileName()), ProcessCredentials.owner(process), started(process)));
        }
    }

    /** The 22nd field, in hundredths of a second. The second field is a name in brackets, which may contain anything. */
    private static Duration started(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        try {
            return Duration.ofMillis(10 * Long.parseLong(fields[19]));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(process + "/stat: invalid format", e);
        }
    }

    private static String link(Path path) throws IOException {
        return Files.readSymbolicLink(path).toString();
    }
}
