package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Hears of each look at a root that came back. Called on the root's own thread; must not work on a disk. */
@FunctionalInterface
public interface RootListener {
    /**
     * A root was looked at.
     *
     * @param root its real path, as it was first seen; as it is configured, if it never was
     * @param seen what was seen; null if it could not be looked at
     * @param failure why it could not; null if it could
     */
    void looked(Path root, @Nullable RootSnapshot seen, @Nullable IOException failure);
}
