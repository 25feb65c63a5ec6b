package dev.mesosshuffle.jfr;

import jdk.jfr.FlightRecorder;

/** Whether anybody has begun a recording since the start of the process. Uses no class that JMX has not loaded already. */
final class RecorderState {
    private RecorderState() {}

    static boolean isInitialized() {
        return FlightRecorder.isInitialized();
    }
}
