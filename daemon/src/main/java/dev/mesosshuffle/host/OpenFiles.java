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
 * What the processes of this host have open, as {@code /proc} shows it at one moment: files, dirs, and the dirs they work
 * in. They are compared by device and inode, since a process in a container sees them by another path.
 *
 * <p>That says "nobody" only if every process is seen, hence {@link #blindness}: this process must be in the first PID
 * namespace, whose number is fixed in the kernel; {@code /proc} must be that namespace's and hide nothing; and no
 * process's files may be closed to it, which takes the same user as all of them, or root.
 */
public final class OpenFiles {
    /** {@code PROC_PID_INIT_INO} of the kernel. */
    private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

    private static final String SPARK = "org.apache.spark.";

    private final Path proc;
    private final Set<Object> open = new HashSet<>();
    private final List<SparkProcess> sparkProcesses = new ArrayList<>();
    private @Nullable String blindness;

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
     * Looks at all processes; takes some ms for each thousand of open files.
     *
     * @param proc {@code /proc}
     * @param pid this process's id there, if {@code proc} is of the same namespace
     */
    public static OpenFiles look(Path proc, long pid) {
        OpenFiles files = new OpenFiles(proc);
        try {
            files.blindness = files.whyNotEveryProcessIsListed(pid);
            files.lookAtProcesses();
        } catch (IOException | DirectoryIteratorException e) {
            files.blindness = proc + " cannot be read: " + ErrorMessages.of(e);
        }
        return files;
    }

    /** Why somebody may have files open who is not seen; null if everybody is seen. */
    @Nullable
    public String blindness() {
        return blindness;
    }

    /**
     * Tells whether a file was open.
     *
     * @param fileKey its {@link BasicFileAttributes#fileKey}
     */
    public boolean contains(@Nullable Object fileKey) {
        return open.contains(fileKey);
    }

    public List<SparkProcess> sparkProcesses() {
        return sparkProcesses;
    }

    private @Nullable String whyNotEveryProcessIsListed(long pid) throws IOException {
        String namespace = link(proc.resolve("self/ns/pid"));
        if (!namespace.equals(FIRST_PID_NAMESPACE)) {
            return "this process is in a PID namespace of its own, " + namespace + ", which hides the host's processes";
        }
        if (!link(proc.resolve("self")).equals(Long.toString(pid))) {
            return proc + " is another PID namespace's";
        }
        // Names in it are bytes, whatever they spell.
        for (String line : Files.readAllLines(proc.resolve("self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            if (line.contains(" " + proc + " ") && (line.contains("hidepid=") || line.contains("subset="))) {
                return proc + " is mounted so that it hides processes (hidepid or subset)";
            }
        }
        return null;
    }

    private void lookAtProcesses() throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    lookAt(process);
                } catch (IOException | DirectoryIteratorException e) {
                    if (blindness == null && !isGone(process)) {
                        blindness = "the open files of process " + process.getFileName() + " cannot be seen";
                    }
                }
            }
        }
    }

    /** Only if the kernel says so: any other answer leaves open what it has open. */
    private static boolean isGone(Path process) {
        try {
            Files.readAttributes(process, BasicFileAttributes.class);
            return false;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void lookAt(Path process) throws IOException {
        noteSpark(process);
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

    private void noteSpark(Path process) throws IOException {
        String command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        if (command.contains(SPARK)) {
            sparkProcesses.add(new SparkProcess(
                    String.valueOf(process.getFileName()), ProcessCredentials.owner(process), started(process)));
        }
    }

    /** The 22nd field, in hundredths of a second; the second is a name in brackets that may hold anything. */
    private static Duration started(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        try {
            return Duration.ofMillis(10 * Long.parseLong(fields[19]));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(process + "/stat: not as expected", e);
        }
    }

    private static String link(Path path) throws IOException {
        return Files.readSymbolicLink(path).toString();
    }
}
