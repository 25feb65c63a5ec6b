package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.peers.DirConflictException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The intents to delete directories as they are once all that was acknowledged is written. A registration is checked
 * against them while the file is not up to date, or cannot be read.
 *
 * <p><b>Concurrency:</b> the writer's.
 */
final class IntentIndex {
    /** In the order of text, so that all that lies inside a directory is one range. */
    private final TreeMap<String, String> appIdsByPath = new TreeMap<>();

    IntentIndex(List<StoredRemoval> stored) {
        stored.forEach(this::put);
    }

    /** An operation was written, or acknowledged to be written later. */
    void acknowledged(StoreOperation operation) {
        if (operation instanceof RemovalOperation removal) {
            removal.intents().forEach(this::put);
        } else if (operation instanceof RemovalEndOperation end) {
            appIdsByPath.remove(end.dir().path().toString());
        }
    }

    private void put(StoredRemoval intent) {
        String appId = intent.appId();
        appIdsByPath.put(intent.dir().path().toString(), appId == null ? StoredRemoval.ORPHAN : appId);
    }

    /**
     * Checks that directories may be registered.
     *
     * @throws DirConflictException if one of them, or what lies inside or above it, is being removed
     */
    void check(List<StoredLocalDir> dirs) throws DirConflictException {
        for (StoredLocalDir dir : dirs) {
            String appId = find(dir.dir().path());
            if (appId != null) {
                throw DirConflictException.inRemoval(dir.dir(), appId);
            }
        }
    }

    private @Nullable String find(Path dir) {
        for (Path path = dir; path != null; path = path.getParent()) {
            String appId = appIdsByPath.get(path.toString());
            if (appId != null) {
                return appId;
            }
        }
        // '0' is the character after '/': between the two lies everything below a path.
        Map.Entry<String, String> inside = appIdsByPath.higherEntry(dir + "/");
        return inside != null && inside.getKey().compareTo(dir + "0") < 0 ? inside.getValue() : null;
    }
}
