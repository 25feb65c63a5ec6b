package dev.mesosshuffle.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry may lie, the best place first:
 *
 * <ol>
 *   <li>what {@code spark.mesos.shuffle.service.state.dir} says;
 *   <li>the first of systemd's {@code $STATE_DIRECTORY}, which nobody tidies;
 *   <li>{@code .mesos-shuffle-service} under the first root: on the one volume that a container has;
 *   <li>{@code /var/lib/mesos-shuffle-service}, for a user who may write there, as root may.
 * </ol>
 *
 * <p>Names only: nothing is looked at, since a disk may hang.
 *
 * @param candidates at least one, absolute, none twice
 * @param former where versions that did not know {@code $STATE_DIRECTORY} kept the registry by default, if that is not
 *     the best place now; null if it is, or if the place was set
 */
public record StateDirCandidates(
        List<Candidate> candidates, @Nullable Path former) {
    /** The variable in which systemd names the dirs of {@code StateDirectory=}. */
    static final String STATE_DIRECTORY = "STATE_DIRECTORY";

    /** Where a service of the whole host keeps its state. */
    static final Path HOST_WIDE = Path.of("/var/lib/mesos-shuffle-service");

    private static final String UNDER_ROOT = ".mesos-shuffle-service";
    private static final String DEFAULT = "default";

    /** Keeps its own copy. */
    public StateDirCandidates {
        candidates = List.copyOf(candidates);
    }

    /**
     * One place.
     *
     * @param dir an absolute path
     * @param origin what named it
     */
    public record Candidate(Path dir, String origin) {}

    /**
     * Knows a single place.
     *
     * @param dir the place
     * @return that place alone
     */
    public static StateDirCandidates only(Path dir) {
        return new StateDirCandidates(List.of(new Candidate(dir, DEFAULT)), null);
    }

    /**
     * Lists the places.
     *
     * @param given what was set, with its origin; null if nothing was
     * @param environment the process's environment
     * @param roots the allowed roots, at least one
     * @return the places
     */
    static StateDirCandidates of(@Nullable Candidate given, Map<String, String> environment, List<Path> roots) {
        Map<Path, Candidate> byDir = new LinkedHashMap<>();
        if (given != null) {
            byDir.put(given.dir(), given);
        }
        Path systemd = firstAbsolute(environment.getOrDefault(STATE_DIRECTORY, ""));
        if (systemd != null) {
            byDir.putIfAbsent(systemd, new Candidate(systemd, STATE_DIRECTORY));
        }
        Path underRoot = under(roots).get(0);
        byDir.putIfAbsent(underRoot, new Candidate(underRoot, DEFAULT));
        byDir.putIfAbsent(HOST_WIDE, new Candidate(HOST_WIDE, DEFAULT));
        List<Candidate> all = new ArrayList<>(byDir.values());
        boolean moved = given == null && !all.get(0).dir().equals(underRoot);
        return new StateDirCandidates(all, moved ? underRoot : null);
    }

    /** The first of systemd's list, unless that is no absolute path. */
    private static @Nullable Path firstAbsolute(String list) {
        int end = list.indexOf(':');
        String first = end < 0 ? list : list.substring(0, end);
        try {
            Path path = Path.of(first).normalize();
            return path.isAbsolute() ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /**
     * Names the dirs under roots that services use.
     *
     * @param roots some roots
     * @return the dir under each
     */
    public static List<Path> under(List<Path> roots) {
        return roots.stream().map(root -> root.resolve(UNDER_ROOT)).toList();
    }

    /** The places alone, the best one first. */
    public List<Path> dirs() {
        return candidates.stream().map(Candidate::dir).toList();
    }

    /** Whether somebody set the best place; else it was derived from where this process runs. */
    public boolean isSet() {
        String origin = preferred().origin();
        return !origin.equals(DEFAULT) && !origin.equals(STATE_DIRECTORY);
    }

    /** The best place. */
    public Candidate preferred() {
        return candidates.get(0);
    }
}
