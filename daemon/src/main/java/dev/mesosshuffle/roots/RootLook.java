package dev.mesosshuffle.roots;

import java.io.IOException;
import java.nio.file.Path;

/** How a root is looked at. Works on the disk, and may never come back. */
@FunctionalInterface
interface RootLook {
    RootSnapshot look(Path root) throws IOException;
}
