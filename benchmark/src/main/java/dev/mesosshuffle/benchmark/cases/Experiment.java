package dev.mesosshuffle.benchmark.cases;

import java.io.IOException;

/** Something that is measured on each service. */
public interface Experiment {
    /** By which the command line selects it. */
    String name();

    /** Measures it. */
    Result run(Bench bench) throws IOException, InterruptedException;
}
