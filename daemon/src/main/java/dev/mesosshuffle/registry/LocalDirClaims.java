package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ownership of local directories by applications. What lies inside a directory is owned with it, so two claims conflict
 * also if one directory lies inside the other.
 *
 * <p><b>Concurrency:</b> guarded by the registry's lock.
 */
final class LocalDirClaims {
    /**
     * By the texts that the paths keep, in their order, so that all that lies inside a directory is one range. Each path is one
     * that means the same as its text.
     */
    private final NavigableMap<String, Claim> byPath = new TreeMap<>();

    /** The number of claims by their root and the inode that it had when they were registered. */
    private final Map<Path, Map<Long, Integer>> roots = new HashMap<>();

    /** One application's ownership of one directory: pending from the first registration, kept once that is persisted. */
    static final class Claim {
        private final String appId;
        private final LocalDir dir;
        private long rootInode;
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

        /** The inode of the directory's root when it was last registered. */
        long rootInode() {
            return rootInode;
        }
    }

    /**
     * Finds what conflicts with a claim.
     *
     * @param appId the application that claims
     * @param dir the directory that it claims
     * @return another application's claim to the directory, or to one above or inside it; null if there is none
     */
    @Nullable
    Claim conflict(String appId, LocalDir dir) {
        for (Path path = dir.path(); path != null; path = path.getParent()) {
            Claim claim = byPath.get(path.toString());
            if (claim != null && !claim.appId.equals(appId)) {
                return claim;
            }
        }
        for (Claim claim : inside(dir.path()).values()) {
            if (!claim.appId.equals(appId)) {
                return claim;
            }
        }
        return null;
    }

    private Map<String, Claim> inside(Path dir) {
        // '0' is the character after '/': between the two lies everything below a path.
        String text = dir.toString();
        return byPath.subMap(text + '/', text + '0');
    }

    /** Checks whether any application claims a directory, or one above or inside it. */
    boolean isClaimed(Path dir) {
        for (Path path = dir; path != null; path = path.getParent()) {
            if (byPath.containsKey(path.toString())) {
                return true;
            }
        }
        return !inside(dir).isEmpty();
    }

    /** Returns the directory of the claim with this path, or null if nobody claims exactly that. */
    @Nullable
    LocalDir claimed(Path path) {
        Claim claim = byPath.get(path.toString());
        return claim == null ? null : claim.dir;
    }

    /** Returns the roots of all claims, each with the inodes that it had when they were registered. */
    Map<Path, Set<Long>> rootInodes() {
        Map<Path, Set<Long>> inodes = new HashMap<>();
        roots.forEach((root, counts) -> inodes.put(root, Set.copyOf(counts.keySet())));
        return inodes;
    }

    /**
     * Claims a directory until the registration is persisted or has failed.
     *
     * @param stored the directory and the application that claims it
     * @param owned the application's claims, to which a new one is added
     * @return the claim, maybe one that the application had before; to be passed to {@link #keep} or {@link #release}
     */
    Claim acquire(StoredLocalDir stored, Collection<Claim> owned) {
        LocalDir dir = stored.dir();
        Claim claim = byPath.get(dir.path().toString());
        if (claim == null) {
            claim = added(stored, owned);
        } else {
            removeRoot(claim);
            addRoot(claim, stored.rootInode());
        }
        claim.pending++;
        return claim;
    }

    /** Adds a claim completely, or not at all if memory runs out. */
    private Claim added(StoredLocalDir stored, Collection<Claim> owned) {
        Claim claim = new Claim(stored.appId(), stored.dir());
        addRoot(claim, stored.rootInode());
        boolean added = false;
        try {
            owned.add(claim);
            byPath.put(stored.dir().path().toString(), claim);
            added = true;
        } finally {
            if (!added) {
                owned.remove(claim);
                removeRoot(claim);
            }
        }
        return claim;
    }

    private void addRoot(Claim claim, long rootInode) {
        claim.rootInode = rootInode;
        // The root that the claim has: another one may have been configured since.
        roots.computeIfAbsent(claim.dir.root(), root -> new HashMap<>()).merge(rootInode, 1, Integer::sum);
    }

    /** Claims a directory for an application that owned it before a restart. */
    void restore(StoredLocalDir stored, Collection<Claim> owned) {
        keep(acquire(stored, owned));
    }

    /** The registration is persisted: the claim lasts until the application is removed. */
    void keep(Claim claim) {
        claim.pending--;
        claim.kept = true;
    }

    /**
     * The registration failed.
     *
     * @return whether the directory is free now, since no other registration claims it
     */
    boolean release(Claim claim) {
        claim.pending--;
        if (claim.kept || claim.pending > 0) {
            return false;
        }
        remove(claim);
        return true;
    }

    /** The application is removed. */
    void remove(Claim claim) {
        if (byPath.remove(claim.dir.path().toString(), claim)) {
            removeRoot(claim);
        }
    }

    private void removeRoot(Claim claim) {
        roots.computeIfPresent(claim.dir.root(), (root, counts) -> {
            counts.computeIfPresent(claim.rootInode, LocalDirClaims::oneLess);
            return counts.isEmpty() ? null : counts;
        });
    }

    private static @Nullable Integer oneLess(Object key, Integer count) {
        return count == 1 ? null : count - 1;
    }
}
