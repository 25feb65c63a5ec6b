package dev.mesosshuffle.page;

import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.status.ServiceStatus;
import java.io.IOException;
import java.time.temporal.ChronoUnit;

/**
 * What runs here, in a few figures.
 *
 * @param service what runs here
 * @param load the load of the last interval
 */
record OverviewSection(ServiceStatus service, LoadSection.Current load) {
    void write(HtmlWriter html) throws IOException {
        html.begin("dl", "figures").attribute("id", "overview").line();
        figure(html, "Applications", QuantityText.count(service.applications()), "");
        figure(html, "Executors", QuantityText.count(service.executors()), "");
        figure(html, "Blocks", QuantityText.number(load.blocksPerSecond()) + "/s", "");
        figure(
                html,
                "Throughput",
                HumanReadable.bytes(Math.round(load.bytesPerSecond())) + "/s",
                QuantityText.count(Math.round(load.bytesPerSecond())) + " bytes/s");
        figure(
                html,
                "Uptime",
                QuantityText.span(service.uptime()),
                "since " + service.startedAt().truncatedTo(ChronoUnit.SECONDS));
        html.end().line();
    }

    private static void figure(HtmlWriter html, String name, String value, String exact) throws IOException {
        html.begin("div").element("dt", name).begin("dd");
        if (!exact.isEmpty()) {
            html.attribute("title", exact);
        }
        html.text(value).end().end().line();
    }
}
