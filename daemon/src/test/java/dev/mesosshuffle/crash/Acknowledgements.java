package dev.mesosshuffle.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** What was acknowledged, in order, by this process and those before it. */
final class Acknowledgements {
    private final Path file;
    private final List<String> names;

    Acknowledgements(Path file) throws IOException {
        this.file = file;
        this.names = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** Adds one, in a single write, so that it is there whole or not at all. */
    void acknowledge(String name) throws IOException {
        Files.writeString(file, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        names.add(name);
    }
}
