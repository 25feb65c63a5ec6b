package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.StoredLocalDir;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the owner of a directory in another port's registry. Paths are found by their index; only the names that Spark
 * creates, which are globally unique, are searched for under every path, since two containers may see one directory at two
 * places.
 *
 * <p><b>Concurrency:</b> as its connection.
 */
final class PeerQueries {
    private static final Pattern UNIQUE = Pattern.compile("blockmgr-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int UNIQUE_LENGTH = 45;

    private final Connection connection;
    private final Path file;

    PeerQueries(Connection connection, Path file) {
        this.connection = connection;
        this.file = file;
    }

    /** Finds what conflicts with claims: a claim of another application, or any intent to delete. */
    @Nullable
    PeerOwner conflict(Collection<StoredLocalDir> claims) throws SQLException {
        PeerOwner owner = find("local_dirs", claims);
        return owner == null ? find("removals", claims) : owner;
    }

    /** Finds any application that owns a directory. */
    @Nullable
    PeerOwner owner(Path dir) throws SQLException {
        PeerOwner owner = byPath("local_dirs", dir, null);
        if (owner != null || !isUnique(dir)) {
            return owner;
        }
        List<PeerOwner> named = byName("local_dirs", List.of(dir));
        return named.isEmpty() ? null : named.get(0);
    }

    private @Nullable PeerOwner find(String table, Collection<StoredLocalDir> claims) throws SQLException {
        boolean isRemoval = table.equals("removals");
        for (StoredLocalDir claim : claims) {
            PeerOwner owner = byPath(table, claim.dir().path(), isRemoval ? null : claim.appId());
            if (owner != null) {
                return owner;
            }
        }
        List<Path> unique = claims.stream()
                .map(claim -> claim.dir().path())
                .filter(PeerQueries::isUnique)
                .toList();
        if (unique.isEmpty()) {
            return null;
        }
        for (PeerOwner owner : byName(table, unique)) {
            for (StoredLocalDir claim : claims) {
                if (owner.path().endsWith("/" + claim.dir().path().getFileName())
                        && (isRemoval || !owner.appId().equals(claim.appId()))) {
                    return owner;
                }
            }
        }
        return null;
    }

    private static boolean isUnique(Path dir) {
        return UNIQUE.matcher(String.valueOf(dir.getFileName())).matches();
    }

    /** Finds the directory, what lies inside it, or what lies above it. */
    private @Nullable PeerOwner byPath(String table, Path dir, @Nullable String exceptAppId) throws SQLException {
        String sql = "SELECT path, app_id FROM " + table + " WHERE path = ?1 AND app_id IS NOT ?2";
        try (PreparedStatement at = connection.prepareStatement(sql)) {
            for (Path path = dir; path != null; path = path.getParent()) {
                List<PeerOwner> found = owners(table, at, path.toString(), exceptAppId);
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        // '0' is the character after '/': between the two lies everything below a path.
        String below = "SELECT path, app_id FROM " + table
                + " WHERE path > ?1 || '/' AND path < ?1 || '0' AND app_id IS NOT ?2 LIMIT 1";
        try (PreparedStatement inside = connection.prepareStatement(below)) {
            List<PeerOwner> found = owners(table, inside, dir.toString(), exceptAppId);
            return found.isEmpty() ? null : found.get(0);
        }
    }

    private List<PeerOwner> byName(String table, List<Path> dirs) throws SQLException {
        String names =
                dirs.stream().map(dir -> "\"" + dir.getFileName() + "\"").collect(Collectors.joining(",", "[", "]"));
        String sql = "SELECT path, app_id FROM " + table + " WHERE substr(path, -" + UNIQUE_LENGTH
                + ") IN (SELECT value FROM json_each(?1))";
        try (PreparedStatement named = connection.prepareStatement(sql)) {
            return owners(table, named, names, null);
        }
    }

    private List<PeerOwner> owners(String table, PreparedStatement query, String first, @Nullable String second)
            throws SQLException {
        query.setString(1, first);
        if (query.getParameterMetaData().getParameterCount() > 1) {
            query.setString(2, second);
        }
        List<PeerOwner> owners = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                owners.add(new PeerOwner(file, rows.getString(1), rows.getString(2), table.equals("removals")));
            }
        }
        return owners;
    }
}
