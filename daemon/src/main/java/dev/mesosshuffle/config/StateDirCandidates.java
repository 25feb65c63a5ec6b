package dev.mesosshuffle.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
 *   <li>{@code .mesos-shuffle-service} under each root: under the first, on the one volume that a container has; under the
 *       others, where a former start had to keep it, or the order of the roots was another;
 *   <li>{@code /var/lib/mesos-shuffle-service}, for a user who may write there, as root may.
 * </ol>
 *
 * <p>Names only: no disk is accessed, since it may hang.
 *
 * @param candidates at least one, absolute, none twice
 */
public record StateDirCandidates(List<Candidate> candidates) {
    /** The variable in which systemd names the dirs of {@code StateDirectory=}. */
    static final String STATE_DIRECTORY = "STATE_DIRECTORY";

    /** Where a service of the whole host keeps its state. */
    public static final Path HOST_WIDE = Path.of("/var/lib/mesos-shuffle-service");

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
        return new StateDirCandidates(List.of(new Candidate(dir, DEFAULT)));
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
        under(roots).forEach(dir -> byDir.putIfAbsent(dir, new Candidate(dir, DEFAULT)));
        byDir.putIfAbsent(HOST_WIDE, new Candidate(HOST_WIDE, DEFAULT));
        return new StateDirCandidates(List.copyOf(byDir.values()));
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
