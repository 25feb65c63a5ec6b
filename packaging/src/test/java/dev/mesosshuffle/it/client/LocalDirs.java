package dev.mesosshuffle.it.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The local dirs of one executor, with files laid out as Spark lays them.
 *
 * @param dirs in the order in which they are registered, which the place of a file depends on
 */
public record LocalDirs(List<Path> dirs, int subDirsPerLocalDir) {
    private static final int SUB_DIRS = 64;

    /** Makes new dirs below the root, named as a block manager names them. */
    public static LocalDirs create(Path root, String name, int count) throws IOException {
        List<Path> dirs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            dirs.add(Files.createDirectories(root.resolve(dirName(name, i))));
        }
        return new LocalDirs(List.copyOf(dirs), SUB_DIRS);
    }

    /** The name of the dir with this number. */
    public static String dirName(String name, int number) {
        return "blockmgr-" + UUID.nameUUIDFromBytes((name + "-" + number).getBytes(StandardCharsets.UTF_8));
    }

    public List<String> names() {
        return dirs.stream().map(Path::toString).toList();
    }

    /** Where the file of this name belongs: the hash of the name picks a dir and a folder in it. */
    public Path file(String name) {
        int hash = name.hashCode();
        int nonNegative = hash == Integer.MIN_VALUE ? 0 : Math.abs(hash);
        Path dir = dirs.get(nonNegative % dirs.size());
        int subDir = nonNegative / dirs.size() % subDirsPerLocalDir;
        return dir.resolve(String.format("%02x", subDir)).resolve(name);
    }

    public Path write(String name, byte[] content) throws IOException {
        Path file = file(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    /** Writes the output of one map task: a data file with the blocks of all reducers and its index. */
    public void writeMapOutput(int shuffleId, long mapId, List<byte[]> blocks) throws IOException {
        ByteBuffer index = ByteBuffer.allocate(Long.BYTES * (blocks.size() + 1));
        long end = 0;
        index.putLong(end);
        for (byte[] block : blocks) {
            end += block.length;
            index.putLong(end);
        }
        String name = "shuffle_" + shuffleId + "_" + mapId + "_0";
        write(name + ".data", concatenate(blocks));
        write(name + ".index", index.array());
    }

    /** Writes the checksums of the blocks of one map task, one for each reducer. */
    public void writeChecksums(int shuffleId, long mapId, String algorithm, long... checksums) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Long.BYTES * checksums.length);
        IntStream.range(0, checksums.length).forEach(i -> content.putLong(checksums[i]));
        write("shuffle_" + shuffleId + "_" + mapId + "_0.checksum." + algorithm, content.array());
    }

    /** The blocks one after the other. */
    public static byte[] concatenate(List<byte[]> blocks) {
        ByteBuffer all = ByteBuffer.allocate(
                blocks.stream().mapToInt(block -> block.length).sum());
        blocks.forEach(all::put);
        return all.array();
    }
}
