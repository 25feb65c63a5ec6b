package dev.mesosshuffle.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.zip.CRC32;

/** Writes what an executor writes: the files of map outputs, where Spark's {@code DiskBlockManager} puts them. */
public final class ShuffleFiles {
    private static final int SUB_DIRS = 64;

    private final List<Path> localDirs;

    /** An executor with these local dirs, which are made if they are missing. */
    public ShuffleFiles(List<Path> localDirs) throws IOException {
        this.localDirs = List.copyOf(localDirs);
        for (Path dir : localDirs) {
            Files.createDirectories(dir);
        }
    }

    /** Writes one map task's output: data, index and checksums. */
    public void writeMapOutput(int shuffleId, long mapId, byte[]... blocks) throws IOException {
        ByteBuffer index = ByteBuffer.allocate((blocks.length + 1) * Long.BYTES);
        ByteBuffer checksums = ByteBuffer.allocate(blocks.length * Long.BYTES);
        long offset = 0;
        index.putLong(0);
        for (byte[] block : blocks) {
            offset += block.length;
            index.putLong(offset);
            CRC32 checksum = new CRC32();
            checksum.update(block);
            checksums.putLong(checksum.getValue());
        }
        ByteBuffer data = ByteBuffer.allocate((int) offset);
        for (byte[] block : blocks) {
            data.put(block);
        }
        String name = "shuffle_" + shuffleId + '_' + mapId + "_0";
        if (offset > 0) {
            write(name + ".data", data.array());
        }
        write(name + ".index", index.array());
        write(name + ".checksum.CRC32", checksums.array());
    }

    /** Writes one file. */
    public void write(String name, byte[] content) throws IOException {
        Path file = file(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** Changes what a file holds as a failing disk does: its time of modification stays. */
    public void corrupt(String name, byte[] content) throws IOException {
        Path file = file(name);
        FileTime modified = Files.getLastModifiedTime(file);
        Files.write(file, content);
        Files.setLastModifiedTime(file, modified);
    }

    /** Where a file is. */
    public Path file(String name) {
        int hash = name.hashCode();
        hash = hash < 0 ? -hash : hash;
        Path dir = localDirs.get(hash % localDirs.size());
        return dir.resolve(String.format("%02x", (hash / localDirs.size()) % SUB_DIRS))
                .resolve(name);
    }

    /** A block whose bytes tell it from others. */
    public static byte[] block(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed + i * 31 + (i >> 8));
        }
        return bytes;
    }
}
