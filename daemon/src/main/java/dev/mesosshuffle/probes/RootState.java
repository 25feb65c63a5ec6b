package dev.mesosshuffle.probes;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the probes of a root have found.
 *
 * @param path its real path; the configured one before the first successful probe
 * @param last the last snapshot; null if no probe has succeeded
 * @param age the age of that snapshot; null if there is none
 * @param unavailability why nothing can be done under the root; null if something can
 * @param isUnresponsive whether a probe is overdue, so that work on the root would hang
 */
public record RootState(
        Path path,
        @Nullable RootSnapshot last,
        @Nullable Duration age,
        @Nullable String unavailability,
        boolean isUnresponsive) {}
