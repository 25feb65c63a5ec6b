package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Receives the result of each probe of a root. Called on the root's own thread; must not work on a disk. */
@FunctionalInterface
public interface RootListener {
    /**
     * A probe of a root has completed.
     *
     * @param root its real path as of the first successful probe; before that, its configured path
     * @param snapshot the result; null if the probe failed
     * @param failure why it failed; null if it did not
     */
    void probed(Path root, @Nullable RootSnapshot snapshot, @Nullable IOException failure);
}
