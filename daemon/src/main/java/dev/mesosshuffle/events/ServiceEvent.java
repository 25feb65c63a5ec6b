package dev.mesosshuffle.events;

import java.time.Instant;

/**
 * One event. Its texts are sanitized and bounded.
 *
 * @param number its place among all events of this process, from 1
 * @param time when it was recorded
 * @param kind its kind
 * @param subject the id of the application that it is about; empty if it is about none
 * @param text what happened, and why
 */
public record ServiceEvent(long number, Instant time, EventKind kind, String subject, String text) {}
