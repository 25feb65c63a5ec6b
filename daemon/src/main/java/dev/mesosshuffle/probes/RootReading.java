package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Path;

/** How a root is looked at. Works on the disk, and may never come back. */
@FunctionalInterface
interface RootReading {
    RootSnapshot look(Path root) throws IOException;
}
