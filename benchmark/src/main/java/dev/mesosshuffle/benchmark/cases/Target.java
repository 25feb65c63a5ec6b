package dev.mesosshuffle.benchmark.cases;

/**
 * What a figure of the daemon should be.
 *
 * @param metric the figure, of which less is better
 * @param service with whose figure it is compared; empty to compare it with nothing
 * @param atMost the highest ratio, or the highest figure where it is compared with nothing
 */
public record Target(Metric metric, String service, double atMost) {
    /** What was measured of it, or NaN. */
    public double measured(Result result) {
        return service.isEmpty() ? result.median(result.services().get(0), metric) : result.ratio(service, metric);
    }
}
