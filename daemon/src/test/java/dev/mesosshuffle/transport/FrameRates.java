package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;

/** Rates for tests of something else. */
final class FrameRates {
    private FrameRates() {}

    static LargeFrameRate unlimited() {
        return new LargeFrameRate(Integer.MAX_VALUE, Long.MAX_VALUE, () -> 0, new Counter());
    }
}
