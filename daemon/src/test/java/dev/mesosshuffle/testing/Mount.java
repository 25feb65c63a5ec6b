package dev.mesosshuffle.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Something that a test mounts. Where mounting is not permitted, the test is passed over, and says so. */
public final class Mount implements AutoCloseable {
    private final Path place;
    private boolean mounted;

    private Mount(Path place) {
        this.place = place;
        this.mounted = true;
    }

    /** Mounts a new file system of this size, such as {@code 8m}, in memory. */
    public static Mount tmpfs(Path place, String size) throws IOException {
        return mount(place, "-t", "tmpfs", "-o", "mode=755,size=" + size, "none");
    }

    /** Lets a folder appear at another place too. */
    public static Mount bind(Path folder, Path place) throws IOException {
        return mount(place, "--bind", folder.toString());
    }

    private static Mount mount(Path place, String... options) throws IOException {
        Files.createDirectories(place);
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(options));
        command.add(place.toString());
        assumeTrue(run(command), "mounting is not permitted here");
        return new Mount(place);
    }

    /** Takes the permission to write away, or gives it back; nobody may have a file open to write. */
    public void readOnly(boolean readOnly) throws IOException {
        String options = "remount," + (readOnly ? "ro" : "rw");
        if (!run(List.of("mount", "-o", options, place.toString()))) {
            throw new IOException(place + " cannot be mounted again with " + options);
        }
    }

    /** Writes until nothing more fits; returns what it wrote. */
    public Path fill() throws IOException {
        Path ballast = place.resolve("ballast");
        try (FileChannel file = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer page = ByteBuffer.allocate(4096);
            while (true) {
                file.write(page.clear());
            }
        } catch (IOException e) {
            return ballast;
        }
    }

    public void unmount() throws IOException {
        unmount("umount", place.toString());
    }

    /** Takes it from its place though it is in use. */
    public void unmountLazily() throws IOException {
        unmount("umount", "--lazy", place.toString());
    }

    private void unmount(String... command) throws IOException {
        if (!run(List.of(command))) {
            throw new IOException(place + " cannot be unmounted");
        }
        mounted = false;
    }

    @Override
    public void close() throws IOException {
        if (mounted) {
            unmountLazily();
        }
    }

    private static boolean run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
