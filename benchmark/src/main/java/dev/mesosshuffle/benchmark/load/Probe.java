package dev.mesosshuffle.benchmark.load;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Asks a little at fixed times. How long an answer takes is counted from the time at which the question was due: where
 * one answer comes late, so do those to the questions that should have been asked meanwhile.
 */
public final class Probe {
    private Probe() {}

    /** Something that is asked and answered. */
    @FunctionalInterface
    public interface Question {
        /** Returns once the answer has come; fails if it is not as it should be. */
        void ask() throws IOException;
    }

    /**
     * Asks for some time.
     *
     * @param every how long after each other questions are due
     * @return the answers' times in nanoseconds
     */
    public static Histogram run(Question question, Duration every, Duration time)
            throws IOException, InterruptedException {
        Histogram histogram = new Histogram();
        long start = System.nanoTime();
        for (long due = 0; due < time.toNanos(); due += every.toNanos()) {
            long early = start + due - System.nanoTime();
            if (early > 0) {
                TimeUnit.NANOSECONDS.sleep(early);
            }
            question.ask();
            histogram.add(System.nanoTime() - start - due);
        }
        return histogram;
    }
}
