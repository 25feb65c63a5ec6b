package dev.mesosshuffle.markers;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.host.PathTrust;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.logging.Sanitizer;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The markers in one root, this service's own among them.
 *
 * <p><b>Concurrency:</b> {@link #inspect} works on the disk, under this object's lock, and is for threads of this root; the
 * rest is for any.
 */
public final class MarkedRoot {
    private static final Logger logger = LoggerFactory.getLogger(MarkedRoot.class);

    private static final String DIR = ".mesos-shuffle-service";

    /** More services than a host has; what lists more is not to be believed. */
    private static final int MAX_MARKERS = 1000;

    /** For so long a removed marker counts: a live service writes it again within seconds. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    /** An inspection is valid for so long while expired dirs are removed, of which there may be thousands. */
    private static final long REINSPECT_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

    private final Path dir;
    private final OwnRegistry own;
    private final Duration timeout;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Map<String, Long> lastSeen = new HashMap<>();
    private @Nullable Instant lostAt;
    private boolean unwritableLogged;

    /** Whether this process has written or confirmed its own marker. */
    private boolean ownInspected;

    private volatile Set<Path> stateDirs = Set.of();

    /** What the last inspection, if there was one, has found of other services, and when that was. */
    private @Nullable String missing;

    private boolean inspected;
    private long inspectedAt;

    public MarkedRoot(Path root, OwnRegistry own, Duration timeout, InstantSource clock, Ticker ticker) {
        this.dir = root.resolve(DIR);
        this.own = own;
        this.timeout = timeout;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Returns the state directories of other services, as of the last inspection. */
    Set<Path> stateDirs() {
        return stateDirs;
    }

    /**
     * Lists the markers in a root.
     *
     * @throws IOException if they cannot be listed
     */
    static List<Path> markers(Path root) throws IOException {
        Path dir = root.resolve(DIR);
        List<Path> files = new ArrayList<>();
        if (Files.notExists(dir, LinkOption.NOFOLLOW_LINKS)) {
            return files;
        }
        if (!Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(dir + " is no directory");
        }
        try (DirectoryStream<Path> entries = SecureDirectories.open(root, dir)) {
            for (Path entry : entries) {
                if (RootMarker.isName(entry.getFileName().toString())) {
                    files.add(entry);
                }
                if (files.size() > MAX_MARKERS) {
                    throw new IOException(dir + " has more than " + MAX_MARKERS + " markers of services");
                }
            }
        } catch (NoSuchFileException e) {
            return new ArrayList<>();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    /**
     * Inspects all markers, and writes this service's own if it is missing or outdated.
     *
     * @return why no orphan may be deleted under the root; null if one may
     */
    synchronized @Nullable String inspect() {
        List<Path> files;
        try {
            files = markers(dir.resolveSibling(""));
        } catch (IOException e) {
            String unknown = "the services that keep state there cannot be determined: " + e;
            missing = isForeign(dir) ? null : unknown;
            inspected = true;
            inspectedAt = ticker.read();
            return unknown;
        }
        Set<Path> dirs = new HashSet<>();
        String reason = null;
        String elsewhere = null;
        String ownName = own.markerName();
        for (Path file : files) {
            String found = file.getFileName().toString().equals(ownName) ? readOwn(file) : readOther(file, dirs);
            reason = reason == null ? found : reason;
            if (found != null
                    && elsewhere == null
                    && own.isPeer(file.getFileName().toString())
                    && !isForeign(dir)
                    && !isForeign(file)) {
                elsewhere = found;
            }
        }
        missing = elsewhere;
        inspected = true;
        inspectedAt = ticker.read();
        stateDirs = Set.copyOf(dirs);
        String vanished = vanished(files);
        ownInspected = true;
        writeOwn(files.stream().anyMatch(file -> file.endsWith(ownName)));
        String lost = lost();
        return reason != null ? reason : vanished != null ? vanished : lost;
    }

    /** Returns why the dirs of other services under the root are unknown, as of the last second; null if they are known. */
    synchronized @Nullable String missingElsewhere() {
        if (!inspected || ticker.read() - inspectedAt >= REINSPECT_AFTER_NANOS) {
            var unused = inspect();
        }
        return missing;
    }

    /**
     * Whether another user owns a name, or any user may write to it. Such a marker holds back orphans only: for expired dirs
     * it counts for nothing, or the owner of a root could keep them for ever by a file that nobody can read.
     */
    private static boolean isForeign(Path path) {
        try {
            return PathTrust.ofThisProcess().isForeign(path);
        } catch (IOException e) {
            // Unknown, so it counts.
            return false;
        }
    }

    private @Nullable String readOther(Path file, Set<Path> dirs) {
        lastSeen.put(file.getFileName().toString(), ticker.read());
        try {
            String text = MarkerFile.read(file);
            if (text.isEmpty()) {
                // Its service has moved.
                lastSeen.remove(file.getFileName().toString());
                return null;
            }
            RootMarker marker = RootMarker.parse(text);
            String missing = missing(file, marker);
            if (missing != null && own.isFormer(marker) && Files.notExists(marker.registry())) {
                MarkerFile.write(file, "");
                return null;
            }
            if (missing != null) {
                return missing;
            }
            dirs.add(marker.stateDir());
            return isRecent(marker.lostAt()) ? lost(file, marker.lostAt()) : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | IllegalArgumentException e) {
            return "the marker " + shown(file) + " of a service cannot be read (" + e.getMessage() + ")";
        }
    }

    private static @Nullable String missing(Path file, RootMarker marker) throws IOException {
        Path registry = marker.registry();
        String what;
        try {
            Map<String, Object> there =
                    Files.readAttributes(registry, "unix:ino,uid,isRegularFile,size", LinkOption.NOFOLLOW_LINKS);
            Object owner = Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            if (!Boolean.TRUE.equals(there.get("isRegularFile"))
                    || !Long.valueOf(marker.inode()).equals(there.get("ino"))) {
                what = "was replaced by another file";
            } else if (Long.valueOf(0).equals(there.get("size"))) {
                what = "was emptied";
            } else if (!owner.equals(there.get("uid")) && !owner.equals(0)) {
                // Otherwise anybody could make this service open, and write to, any file.
                what = "belongs to another user than the marker";
            } else {
                return null;
            }
        } catch (NoSuchFileException e) {
            what = "is missing";
        } catch (IOException e) {
            what = "cannot be read (" + e + ")";
        }
        return "the service on port " + marker.port() + " keeps its registry in " + shown(registry) + ", which " + what
                + "; if that service was removed permanently, delete " + shown(file);
    }

    private @Nullable String readOwn(Path file) {
        try {
            String text = MarkerFile.read(file);
            if (text.isEmpty()) {
                return null;
            }
            RootMarker marker = RootMarker.parse(text);
            if (!own.hasAllOf(marker.inode(), !ownInspected)) {
                lostAt = clock.instant();
                own.logLoss(file, lostAt.plus(timeout));
            } else if (lostAt == null) {
                lostAt = marker.lostAt();
            }
            return null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | IllegalArgumentException e) {
            // What it said before this start is unknown.
            lostAt = clock.instant();
            return "this service's own marker " + shown(file) + " cannot be read (" + e.getMessage() + ")";
        }
    }

    private @Nullable String vanished(List<Path> files) {
        Set<String> present = new HashSet<>();
        files.forEach(file -> present.add(file.getFileName().toString()));
        long now = ticker.read();
        lastSeen.entrySet()
                .removeIf(entry -> !present.contains(entry.getKey()) && now - entry.getValue() > GRACE.toNanos());
        for (String name : lastSeen.keySet()) {
            if (!present.contains(name)) {
                return "the marker " + shown(dir.resolve(name)) + " of a service was removed in the last "
                        + GRACE.toMinutes() + " min";
            }
        }
        return null;
    }

    private void writeOwn(boolean isThere) {
        RootMarker marker = own.marker(isRecent(lostAt) ? lostAt : null);
        Path file = dir.resolve(marker.name());
        try {
            if (!isThere || !MarkerFile.read(file).equals(marker.text())) {
                MarkerFile.write(file, marker.text());
            }
            unwritableLogged = false;
        } catch (IOException e) {
            if (!unwritableLogged && Files.isDirectory(dir.resolveSibling(""))) {
                logger.warn(
                        "{} cannot be written ({}): services on other ports do not learn from it where the registry of"
                                + " this service is. Let this service's user write there",
                        file,
                        e.toString());
                unwritableLogged = true;
            }
        }
    }

    private @Nullable String lost() {
        return isRecent(lostAt) ? lost(dir.resolve(own.markerName()), lostAt) : null;
    }

    private String lost(Path file, @Nullable Instant at) {
        return "by " + shown(file) + " a service lost its registry at " + at
                + " and does not know what it had registered before; orphans are retained for " + timeout.toSeconds()
                + " s after that";
    }

    /** A future time counts too: the clock was set back. */
    private boolean isRecent(@Nullable Instant at) {
        return at != null && clock.instant().isBefore(at.plus(timeout));
    }

    private static String shown(Path path) {
        return Sanitizer.printable(path.toString());
    }
}
