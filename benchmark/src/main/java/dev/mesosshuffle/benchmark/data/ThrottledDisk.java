package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small disk that can be made slow: a file system in a file, on a loop device that the kernel's block I/O controller
 * (cgroup v1) lets read only so many bytes a second. Needs root.
 */
public final class ThrottledDisk implements AutoCloseable {
    private static final Path CONTROLLER = Path.of("/sys/fs/cgroup/blkio");
    private static final String LIMIT_FILE = "blkio.throttle.read_bps_device";
    private static final long NO_LIMIT = 0;

    private final Path mountPoint;
    private final Path image;
    private final String device;
    private final Path limit;

    private ThrottledDisk(Path mountPoint, Path image, String device, Path limit) {
        this.mountPoint = mountPoint;
        this.image = image;
        this.device = device;
        this.limit = limit;
    }

    /**
     * Makes and mounts one, as fast as the disk beneath it.
     *
     * @param folder for the file and the mount point; one that an earlier run left mounted there is taken away first
     * @param bytes how large it is
     * @throws NotPossibleException if this machine or this user cannot do that
     */
    public static ThrottledDisk make(Path folder, long bytes) throws IOException, InterruptedException {
        Path limit = CONTROLLER.resolve(ownGroup()).resolve(LIMIT_FILE);
        if (!Files.isWritable(limit)) {
            throw new NotPossibleException(limit + " cannot be written (expected: root, and cgroup v1's blkio)");
        }
        Path mountPoint = Files.createDirectories(folder.resolve("mnt"));
        Path image = folder.resolve("disk.img");
        if (Files.readString(Path.of("/proc/mounts")).contains(" " + mountPoint + " ")) {
            Command.run("umount", mountPoint.toString());
        }
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        try {
            Command.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
            // The loop device goes with the mount.
            Command.run("mount", "-o", "loop", image.toString(), mountPoint.toString());
            String number = Command.output("mountpoint", "-d", mountPoint.toString());
            return new ThrottledDisk(mountPoint, image, number, limit);
        } catch (IOException e) {
            throw new NotPossibleException(e.getMessage());
        }
    }

    /** In which group of the controller this process, and what it starts, is; relative to the controller. */
    private static String ownGroup() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && fields[1].equals("blkio")) {
                return fields[2].substring(1);
            }
        }
        return "";
    }

    /** The root of its file system. */
    public Path mountPoint() {
        return mountPoint;
    }

    /** Makes it slow. */
    public void slowDown(long bytesPerSecond) throws IOException {
        setLimit(bytesPerSecond);
    }

    /** Makes it fast again; what waited for it goes on. */
    public void speedUp() throws IOException {
        setLimit(NO_LIMIT);
    }

    private void setLimit(long bytesPerSecond) throws IOException {
        Files.writeString(limit, device + " " + bytesPerSecond);
    }

    @Override
    public void close() throws IOException {
        try {
            Command.run("umount", mountPoint.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.delete(image);
    }
}
