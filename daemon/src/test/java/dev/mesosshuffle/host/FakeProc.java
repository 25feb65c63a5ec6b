package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A dir that looks like {@code /proc} of a host, as far as it is read; links in it lead to real files. */
public final class FakeProc {
    static final int SELF = 42;

    final Path dir;
    private int links;

    public FakeProc(Path dir) throws IOException {
        this.dir = dir;
        Files.createDirectories(dir);
        process(1, "/sbin/init", Duration.ZERO);
        Path self = process(SELF, "java\0dev.mesosshuffle.Main", Duration.ofHours(1));
        Files.createSymbolicLink(dir.resolve("self"), Path.of(Integer.toString(SELF)));
        Files.createDirectory(self.resolve("ns"));
        namespace("pid", "pid:[4026531836]");
        namespace("time", "time:[4026531834]");
        mounted("rw,relatime");
        uptime(Duration.ofHours(100));
    }

    public void uptime(Duration uptime) throws IOException {
        Files.writeString(dir.resolve("uptime"), uptime.toSeconds() + ".25 1.00\n");
    }

    public void namespace(String kind, String target) throws IOException {
        Path link = dir.resolve("self/ns").resolve(kind);
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(target));
    }

    void mounted(String options) throws IOException {
        mountInfo("22 27 0:21 / " + dir + " rw,relatime - proc proc " + options + "\n");
    }

    void mountInfo(String text) throws IOException {
        Files.writeString(dir.resolve("self/mountinfo"), text);
    }

    public Path process(int pid, String commandLine, Duration started) throws IOException {
        Path process = Files.createDirectories(dir.resolve(Integer.toString(pid)));
        Files.createDirectory(process.resolve("fd"));
        Files.createSymbolicLink(process.resolve("cwd"), Path.of("/"));
        Files.writeString(process.resolve("cmdline"), commandLine.replace(' ', '\0'));
        Files.writeString(
                process.resolve("stat"),
                pid + " (a) b (c) S 1 1 1 0 -1 4194560 1 1 0 0 0 0 0 0 20 0 1 0 " + started.toMillis() / 10 + " 1 1");
        return process;
    }

    public void opens(int pid, Path file) throws IOException {
        Files.createSymbolicLink(dir.resolve(pid + "/fd/" + links++), file);
    }

    public HostSnapshot view() {
        return new HostSnapshot(OpenFiles.inspect(dir, SELF), HostUptime.of(dir));
    }
}
