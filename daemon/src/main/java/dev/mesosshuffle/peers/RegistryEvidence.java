package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.StoreException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of the registries of this host beside the files that are found. Its methods work on the disk. */
public interface RegistryEvidence {
    /** Knows nothing, and has no doubts. */
    RegistryEvidence NONE = new RegistryEvidence() {
        @Override
        public void refresh() {}

        @Override
        public Set<Path> markedStateDirs() {
            return Set.of();
        }

        @Override
        public void verifyOwn() {}

        @Override
        public @Nullable String hindrance(Path root) {
            return null;
        }

        @Override
        public @Nullable String missingElsewhere(Path root) {
            return null;
        }
    };

    /** Looks again, at all roots, for a bounded time. */
    void refresh();

    /**
     * Lists where registries are that services told of.
     *
     * @return their dirs, as of the last look; does not work on the disk
     */
    Set<Path> markedStateDirs();

    /**
     * Looks whether this service's registry is the file that others find.
     *
     * @throws StoreException if it is not, or if that cannot be told
     */
    void verifyOwn() throws StoreException;

    /**
     * Looks whether a registry that was there is missing.
     *
     * @param root a root, by its real path
     * @return why no orphan may be deleted under it; null if nothing speaks against it
     */
    @Nullable
    String hindrance(Path root);

    /**
     * Looks whether the registry of another service is missing, which may name what lies under a root.
     *
     * @param root a root, by its real path
     * @return why it cannot be told who else owns a dir there, as of the last second; null if it can
     */
    @Nullable
    String missingElsewhere(Path root);
}
