package dev.mesosshuffle.status;

import dev.mesosshuffle.events.EventKind;
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
        long number, Instant time, EventKind kind, @Nullable String application, String text) {}
