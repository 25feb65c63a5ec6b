package dev.mesosshuffle.status;

import java.util.List;

/** What was served within the last hour. For any thread; never waits. */
@FunctionalInterface
public interface LoadHistory {
    /** One that keeps nothing. */
    LoadHistory NONE = List::of;

    /** Returns the samples, oldest first. */
    List<LoadSample> samples();
}
