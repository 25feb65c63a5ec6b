package dev.mesosshuffle.host;

import dev.mesosshuffle.probes.FileStoreSpace;
import dev.mesosshuffle.probes.FileSystemUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a host shows of its processes and disks to those who may delete: what it is told to show. */
public final class ScriptedHost {
    private static final int PROCESS = 4242;
    private static final long SIZE = 1L << 30;

    private final Path dir;
    private @Nullable FakeProc proc;
    private boolean showsAll = true;
    private Duration uptime;
    private int freePercent = 50;

    /**
     * Makes one.
     *
     * @param dir an empty dir of its own
     * @param uptime for how long it has been up
     */
    public ScriptedHost(Path dir, Duration uptime) {
        this.dir = dir;
        this.uptime = uptime;
    }

    /** Sets whether a service may see what every process has open. */
    public void showAll(boolean all) {
        showsAll = all;
    }

    public boolean showsAll() {
        return showsAll;
    }

    /** From now on a process has a file open. */
    public void open(Path file) throws IOException {
        proc().opens(PROCESS, file);
    }

    public void up(Duration forSoLong) {
        uptime = forSoLong;
    }

    public void free(int percent) {
        freePercent = percent;
    }

    public FileStoreSpace space() {
        return new FileStoreSpace(
                new FileSystemUsage(1, SIZE / 100 * freePercent, SIZE, FileSystemUsage.Inodes.UNKNOWN));
    }

    public HostSnapshot view() {
        try {
            FakeProc processes = proc();
            processes.mounted(showsAll ? "rw" : "rw,hidepid=2");
            return new HostSnapshot(OpenFiles.inspect(processes.dir, FakeProc.SELF), uptime);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Made when it is first needed, for most of the time of a short test goes into it. */
    private FakeProc proc() throws IOException {
        if (proc == null) {
            proc = new FakeProc(dir);
            proc.process(PROCESS, "java -jar an-executor.jar", Duration.ZERO);
        }
        return proc;
    }
}
