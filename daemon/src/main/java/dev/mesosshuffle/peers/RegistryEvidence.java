package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.StoreException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Evidence of registries of this host beside the files that are found. Its methods work on the disk. */
public interface RegistryEvidence {
    /** No evidence. */
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

    /** Checks all roots again, for a bounded time. */
    void refresh();

    /**
     * Returns the state directories that markers of services name, as of the last check; does not work on the disk.
     */
    Set<Path> markedStateDirs();

    /**
     * Checks that this service's registry is the file that others find.
     *
     * @throws StoreException if it is not, or if that cannot be determined
     */
    void verifyOwn() throws StoreException;

    /**
     * Checks whether a registry that was there is missing.
     *
     * @param root a root, by its real path
     * @return why no orphan may be deleted under it; null if one may
     */
    @Nullable
    String hindrance(Path root);

    /**
     * Checks whether the registry of another service is missing, which may name what lies under a root.
     *
     * @param root a root, by its real path
     * @return why the owners of directories there are unknown, as of one second ago at most; null if they are known
     */
    @Nullable
    String missingElsewhere(Path root);
}
