package dev.mesosshuffle.markers;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service leaves in each of its roots, so that others find its registry, wherever that is.
 *
 * @param stateDir the directory of its registry
 * @param uri the same as it is written: it has no line ends, and keeps all bytes of the path in any locale
 * @param port its port
 * @param inode the inode of the registry's file
 * @param lostAt when the service found its former registry missing; null if it never did
 */
record RootMarker(
        Path stateDir,
        String uri,
        int port,
        long inode,
        @Nullable Instant lostAt) {
    private static final String PREFIX = "service-";
    private static final int MAX_PORT = 65_535;
    private static final String EXPLANATION = """
            # A shuffle service keeps a registry there of what lives under this root. While that registry is missing, no
            # service deletes orphans here. Delete this file if the service is gone for good.
            """;

    /** Creates one to be written for the first time; may read from the disk. */
    static RootMarker of(Path stateDir, int port, long inode) {
        // The URI of an existing directory ends with a slash.
        String path = stateDir.toUri().getRawPath();
        String uri = "file://" + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
        return new RootMarker(stateDir, uri, port, inode, null);
    }

    RootMarker with(long nextInode, @Nullable Instant nextLostAt) {
        return new RootMarker(stateDir, uri, port, nextInode, nextLostAt);
    }

    /** Returns the beginning of the names of a port's markers. */
    static String namePrefix(int port) {
        return PREFIX + port + "-";
    }

    static boolean isName(String name) {
        return name.startsWith(PREFIX);
    }

    /** One name for each port and state directory: a service that moves does not hide what it left behind. */
    String name() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(uri.getBytes(StandardCharsets.US_ASCII));
            return namePrefix(port) + HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has it", e);
        }
    }

    Path registry() {
        return stateDir.resolve("registry-" + port + ".db");
    }

    /** Returns the contents of the file. */
    String text() {
        return EXPLANATION + "state-dir=" + uri + "\nport=" + port + "\ninode=" + inode + "\n"
                + (lostAt == null ? "" : "lost-at=" + lostAt + "\n");
    }

    /**
     * Parses the contents of a file; unknown lines are a newer version's.
     *
     * @throws IllegalArgumentException if it is no marker
     */
    static RootMarker parse(String text) {
        Map<String, String> values = new HashMap<>();
        text.lines().forEach(line -> {
            int end = line.indexOf('=');
            if (end > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, end), line.substring(end + 1));
            }
        });
        try {
            URI uri = URI.create(values.getOrDefault("state-dir", ""));
            int port = Integer.parseInt(values.getOrDefault("port", ""));
            if (!"file".equals(uri.getScheme()) || port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("no state dir, or no port");
            }
            String lostAt = values.get("lost-at");
            return new RootMarker(
                    Path.of(uri).normalize(),
                    uri.toString(),
                    port,
                    Long.parseLong(values.getOrDefault("inode", "")),
                    lostAt == null ? null : Instant.parse(lostAt));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("it is no marker of a service", e);
        }
    }
}
