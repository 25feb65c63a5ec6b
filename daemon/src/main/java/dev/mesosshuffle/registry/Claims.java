package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which application owns which local dir. What lies inside a dir is owned with it, so two claims conflict also if one
 * dir lies inside the other.
 *
 * <p><b>Concurrency:</b> guarded by the registry's lock.
 */
final class Claims {
    /** By path: whatever lies below a path follows it, from its first "PATH/..." on. */
    private final TreeMap<String, Claim> byPath = new TreeMap<>();

    /** One application's ownership of one dir. It lasts from the first registration, kept once that is persisted. */
    static final class Claim {
        private final String appId;
        private final LocalDir dir;
        private int pending;
        private boolean kept;

        private Claim(String appId, LocalDir dir) {
            this.appId = appId;
            this.dir = dir;
        }

        String appId() {
            return appId;
        }

        LocalDir dir() {
            return dir;
        }
    }

    /**
     * Looks for what stands against a claim.
     *
     * @param appId who claims
     * @param dir what is claimed
     * @return another application's claim to the dir, or to one above or inside it; null if there is none
     */
    @Nullable
    Claim conflict(String appId, LocalDir dir) {
        for (Path path = dir.path(); path != null; path = path.getParent()) {
            Claim claim = byPath.get(path.toString());
            if (claim != null && !claim.appId.equals(appId)) {
                return claim;
            }
        }
        String below = dir.path() + "/";
        for (Map.Entry<String, Claim> next : byPath.tailMap(below, true).entrySet()) {
            if (!next.getKey().startsWith(below)) {
                break;
            }
            if (!next.getValue().appId.equals(appId)) {
                return next.getValue();
            }
        }
        return null;
    }

    /**
     * Claims a dir until the registration is persisted or has failed.
     *
     * @return the claim, maybe one that the application had before; to be given to {@link #keep} or {@link #release}
     */
    Claim hold(String appId, LocalDir dir) {
        Claim claim = byPath.computeIfAbsent(dir.path().toString(), path -> new Claim(appId, dir));
        claim.pending++;
        return claim;
    }

    /** Claims a dir for an application that had it before a restart. */
    Claim restore(String appId, LocalDir dir) {
        Claim claim = hold(appId, dir);
        keep(claim);
        return claim;
    }

    /** The registration is persisted: the claim lasts until the application is over. */
    void keep(Claim claim) {
        claim.pending--;
        claim.kept = true;
    }

    /**
     * The registration failed.
     *
     * @return whether the dir is free now, since no other registration claims it
     */
    boolean release(Claim claim) {
        claim.pending--;
        if (claim.kept || claim.pending > 0) {
            return false;
        }
        remove(claim);
        return true;
    }

    /** The application is over. */
    void remove(Claim claim) {
        byPath.remove(claim.dir.path().toString(), claim);
    }
}
