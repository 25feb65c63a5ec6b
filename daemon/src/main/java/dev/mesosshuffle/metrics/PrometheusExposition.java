package dev.mesosshuffle.metrics;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Shows a registry's metrics, and those of the process, in Prometheus's text format or as OpenMetrics. A scrape reads
 * values that are in memory: it waits for no disk, no event loop and no lock held over either. Classes of Prometheus's
 * library are loaded with the first scrape.
 *
 * <p>For any thread; scrapes may run at the same time.
 */
public final class PrometheusExposition {
    private final RegisteredValues registered;
    private final ProcessValues process;

    /**
     * Set by the first scrape, which most hosts never see. Not a class's constant: if memory ran out while that is computed, the
     * class could never be used again.
     */
    private volatile @Nullable ExpositionFormats formats;

    /**
     * Creates an exposition.
     *
     * @param metrics the daemon's metrics; histograms only if it is a {@link LatencyRegistry}
     * @param version the daemon's version
     */
    public PrometheusExposition(MetricRegistry metrics, String version) {
        this.registered = new RegisteredValues(metrics);
        this.process = new ProcessValues(version);
    }

    /**
     * Returns the media type of what {@link #write} writes.
     *
     * @param acceptHeader the client's header {@code Accept}; null if it sent none
     */
    public String contentType(@Nullable String acceptHeader) {
        return writer(acceptHeader).getContentType();
    }

    /**
     * Writes all metrics as they are now.
     *
     * @param acceptHeader the client's header {@code Accept}, which decides the format; null if it sent none
     * @param out gets the text; stays open
     * @throws IOException if that fails
     */
    public void write(@Nullable String acceptHeader, OutputStream out) throws IOException {
        FamilyCollector families = new FamilyCollector();
        registered.addTo(families);
        process.addTo(families);
        writer(acceptHeader).write(out, families.snapshots());
    }

    /** Anything but OpenMetrics by its name is the text format, which every scraper reads. */
    private ExpositionFormatWriter writer(@Nullable String acceptHeader) {
        ExpositionFormats known = formats();
        return acceptHeader != null && known.getOpenMetricsTextFormatWriter().accepts(acceptHeader)
                ? known.getOpenMetricsTextFormatWriter()
                : known.getPrometheusTextFormatWriter();
    }

    /** Scrapes at the same time may each create one. */
    private ExpositionFormats formats() {
        ExpositionFormats known = formats;
        if (known == null) {
            known = ExpositionFormats.init();
            formats = known;
        }
        return known;
    }
}
