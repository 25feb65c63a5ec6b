package dev.mesosshuffle.transport;

/** Rates for tests of something else. */
final class FrameRates {
    private FrameRates() {}

    static LargeFrameRate unlimited() {
        return new LargeFrameRate(Integer.MAX_VALUE, Long.MAX_VALUE, () -> 0);
    }
}
