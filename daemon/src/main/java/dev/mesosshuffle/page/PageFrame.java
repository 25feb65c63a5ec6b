package dev.mesosshuffle.page;

import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.ServiceStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What is around the sections: the head, the state of the whole service, the way to each section, and the foot.
 *
 * @param service what runs here
 * @param hostName the name of this host
 * @param now when the page is made
 */
record PageFrame(ServiceStatus service, String hostName, Instant now) {
    static final String STYLE = "/page/style.css";
    static final String SCRIPT = "/page/script.js";
    static final String ICON = "/page/icon.svg";

    private static final String NAME = "mesos-shuffle-service";

    /** The sections in their order: the id and the title of each. */
    private static final List<List<String>> SECTIONS = List.of(
            List.of("load", "Load"),
            List.of("applications", "Applications"),
            List.of("disks", "Disks"),
            List.of("events", "Events"),
            List.of("configuration", "Configuration"));

    void begin(HtmlWriter html, List<DiskView> disks) throws IOException {
        html.begin("html").attribute("lang", "en").line();
        head(html);
        html.begin("body").line();
        html.begin("a", "skip")
                .attribute("href", "#main")
                .text("Skip to the content")
                .end()
                .line();
        html.begin("header", "page").line();
        html.begin("div", "title");
        html.element("h1", title());
        html.begin("p", "product").text(NAME + ' ' + service.version() + " on Java " + service.javaVersion());
        html.text(", listening on ").element("span", "address", address()).end();
        html.end().line();
        List<String> problems = problems(disks);
        html.begin("div", "summary").attribute("id", "summary");
        if (problems.isEmpty()) {
            StateTone.GOOD.write(html, "In order");
        } else {
            StateTone.BAD.write(html, "Needs attention");
            html.begin("ul", "problems");
            for (String problem : problems) {
                html.element("li", problem);
            }
            html.end();
        }
        html.end().line();
        html.end().line();
        navigation(html);
        html.begin("main").attribute("id", "main").attribute("tabindex", "-1").line();
    }

    private void head(HtmlWriter html) throws IOException {
        html.begin("head").line();
        html.begin("meta").attribute("charset", "utf-8").endEmpty().line();
        html.begin("meta")
                .attribute("name", "viewport")
                .attribute("content", "width=device-width, initial-scale=1")
                .endEmpty()
                .line();
        html.begin("meta")
                .attribute("name", "color-scheme")
                .attribute("content", "light dark")
                .endEmpty()
                .line();
        html.element("title", title() + " – " + NAME).line();
        html.begin("link")
                .attribute("rel", "icon")
                .attribute("href", ICON)
                .endEmpty()
                .line();
        html.begin("link")
                .attribute("rel", "stylesheet")
                .attribute("href", STYLE)
                .endEmpty()
                .line();
        html.begin("script").attribute("src", SCRIPT).attribute("defer").end().line();
        html.end().line();
    }

    private static void navigation(HtmlWriter html) throws IOException {
        html.begin("nav").attribute("aria-label", "Sections").begin("ul");
        for (List<String> section : SECTIONS) {
            html.begin("li")
                    .begin("a")
                    .attribute("href", '#' + section.get(0))
                    .text(section.get(1))
                    .end()
                    .end();
        }
        html.end().end().line();
    }

    private String address() {
        String host = service.host().indexOf(':') < 0 ? service.host() : '[' + service.host() + ']';
        return host + ':' + service.port();
    }

    private String title() {
        return hostName + ':' + service.port();
    }

    private List<String> problems(List<DiskView> disks) {
        List<String> problems = new ArrayList<>();
        for (DiskView disk : disks) {
            if (disk.isHung()) {
                problems.add("Disk " + disk.root() + " does not answer.");
            } else if (disk.unavailability() != null) {
                problems.add("Disk " + disk.root() + " is not available: " + disk.unavailability());
            }
        }
        if (service.deferredWrites() > 0) {
            problems.add("The registry cannot be written: " + QuantityText.count(service.deferredWrites(), "change")
                    + " in memory only.");
        }
        return problems;
    }

    void end(HtmlWriter html) throws IOException {
        html.end().line();
        html.begin("footer", "page");
        html.begin("p").text("As of ");
        html.begin("time").attribute("id", "made").attribute("datetime", now.toString());
        html.text(
                now.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC"));
        html.end()
                .text(". Sizes of directories and disks are as last measured.")
                .end();
        html.end().line();
        html.end().line();
        html.end();
    }
}
