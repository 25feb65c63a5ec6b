package dev.mesosshuffle;

import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.config.StateDirCandidates.Candidate;
import dev.mesosshuffle.host.PathTrust;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.logging.Sanitizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Tells, without a start, which directory for the registry is safe; whether its disk works shows at the start.
 *
 * @param chosen the place that a start tries first; null if none is safe
 * @param refused why better places are not safe, a line each
 */
record StateDirCheck(@Nullable Path chosen, List<String> refused) {
    StateDirCheck {
        refused = List.copyOf(refused);
    }

    /**
     * Judges the candidates in the order of a start. Works on the disk.
     *
     * @param hostWide the place that comes next after one that is not safe, if it is among those that are left
     */
    static StateDirCheck of(StateDirCandidates candidates, PathTrust trust, Path hostWide) {
        List<String> refused = new ArrayList<>();
        Deque<Candidate> next = new ArrayDeque<>(candidates.candidates());
        while (!next.isEmpty()) {
            Candidate candidate = next.removeFirst();
            try {
                trust.checkDirectory(candidate.dir());
                if (refused.isEmpty() || isWritable(candidate.dir())) {
                    return new StateDirCheck(candidate.dir(), refused);
                }
                refused.add(candidate.dir() + " cannot be written to by this user");
            } catch (UnsafePathException e) {
                refused.add(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                // Not a matter of safety: the start tells what is wrong with it.
                return new StateDirCheck(candidate.dir(), refused);
            }
            if (candidates.isSet()) {
                return new StateDirCheck(null, refused);
            }
            if (refused.size() == 1) {
                // As a start does: the others lie like the one that was refused.
                candidates.candidates().stream()
                        .filter(other -> other.dir().equals(hostWide) && next.remove(other))
                        .forEach(next::addFirst);
            }
        }
        return new StateDirCheck(null, refused);
    }

    /** Returns the owner of the first directory that exists, if it is safe for a daemon of that user. */
    static OptionalInt userForWhomOneIsSafe(StateDirCandidates candidates) {
        for (Candidate candidate : candidates.candidates()) {
            try {
                int owner = (Integer) Files.getAttribute(candidate.dir(), "unix:uid", LinkOption.NOFOLLOW_LINKS);
                new PathTrust(owner).checkDirectory(candidate.dir());
                return OptionalInt.of(owner);
            } catch (IOException e) {
                // Not there, or not safe for its owner either.
            }
        }
        return OptionalInt.empty();
    }

    /** Whether this user may write there, or create it. */
    private static boolean isWritable(Path dir) {
        for (Path there = dir; there != null; there = there.getParent()) {
            if (Files.exists(there)) {
                return Files.isWritable(there);
            }
        }
        return false;
    }

    /** Lines for an operator; none if the preferred place is safe. */
    String explanation() {
        StringBuilder text = new StringBuilder();
        for (String reason : refused) {
            text.append("not used for the registry: ")
                    .append(Sanitizer.printable(reason))
                    .append('\n');
        }
        if (!refused.isEmpty() && chosen != null) {
            text.append("the registry is kept in ")
                    .append(Sanitizer.printable(chosen.toString()))
                    .append('\n');
        }
        return text.toString();
    }
}
