package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes what the map tasks of an executor write: a data file each, and the offsets of its blocks. */
final class MapOutputWriter {
    private final GeneratedExecutor executor;
    private final Dataset dataset;

    MapOutputWriter(GeneratedExecutor executor) {
        this.executor = executor;
        this.dataset = executor.dataset();
    }

    void writeAll() throws IOException {
        int fileBytes = Math.toIntExact(dataset.length(0, dataset.reduces()));
        ByteBuffer data = ByteBuffer.allocateDirect(fileBytes);
        for (int map = 0; map < dataset.maps(); map++) {
            data.clear();
            for (int reduce = 0; reduce < dataset.reduces(); reduce++) {
                BlockContent.append(data, map, reduce, dataset.length(reduce));
            }
            write(GeneratedExecutor.mapOutput(map, "data"), data.flip());
            write(GeneratedExecutor.mapOutput(map, "index"), index());
        }
    }

    private ByteBuffer index() {
        ByteBuffer index = ByteBuffer.allocate((dataset.reduces() + 1) * Long.BYTES);
        for (int reduce = 0; reduce <= dataset.reduces(); reduce++) {
            index.putLong(reduce == 0 ? 0 : index.getLong((reduce - 1) * Long.BYTES) + dataset.length(reduce - 1));
        }
        return index.flip();
    }

    private void write(String name, ByteBuffer content) throws IOException {
        Path file = executor.file(name);
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
        }
    }
}
