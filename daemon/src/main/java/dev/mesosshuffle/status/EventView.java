package dev.mesosshuffle.status;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened.
 *
 * @param number its place among all events since the start, from 1
 * @param time when, by the host's clock
 * @param kind what kind of event
 * @param application the application's id, to be escaped; null if it is about none
 * @param text what happened and why, printable
 */
public record EventView(
        long number, Instant time, Kind kind, @Nullable String application, String text) {
    /** The kinds of events. */
    public enum Kind {
        /** An application or an executor registered. */
        REGISTRATION,
        /** A request was refused. */
        REFUSAL,
        /** An application changed its state, or is about to expire. */
        EXPIRY,
        /** Directories were removed, or could not be. */
        REMOVAL,
        /** An operator did something. */
        OPERATOR,
        /** A disk or the registry failed, or works again. */
        DISK
    }
}
