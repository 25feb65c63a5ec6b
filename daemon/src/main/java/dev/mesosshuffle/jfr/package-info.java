/**
 * Events for the JDK's flight recorder: {@link dev.mesosshuffle.jfr.FlightRecording} makes them. Each is off unless a recording
 * enables it by its name; then no class of the recorder is used but those of the events themselves.
 */
@NullMarked
package dev.mesosshuffle.jfr;

import org.jspecify.annotations.NullMarked;
