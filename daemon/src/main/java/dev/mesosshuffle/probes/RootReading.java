package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Path;

/** Reads a snapshot of a root. Works on the disk, and may never return. */
@FunctionalInterface
interface RootReading {
    RootSnapshot read(Path root) throws IOException;
}
