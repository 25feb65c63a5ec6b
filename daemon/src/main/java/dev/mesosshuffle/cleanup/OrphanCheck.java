package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The last check of an orphan dir before its removal. May be used by any thread; works on the disk. */
public interface OrphanCheck {
    /**
     * The paths that are never deleted, nor anything that holds them: the roots, and the dirs of registries.
     *
     * @throws IOException if they cannot be determined
     */
    Set<Path> protectedPaths() throws IOException;

    /**
     * Judges a dir again, just before it is renamed. The intent to delete it is stored, so that no application registers it
     * any more, but one may have before, or a process may have begun to use it.
     *
     * @param stopped is polled before each file, and may pause; true ends the check
     * @return why the dir must be retained; null if it may be deleted, or no longer exists under its own name
     * @throws IOException if that cannot be determined
     */
    @Nullable
    String retentionReason(LocalDir dir, BooleanSupplier stopped) throws IOException;
}
