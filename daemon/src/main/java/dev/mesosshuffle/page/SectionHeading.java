package dev.mesosshuffle.page;

import java.io.IOException;

/** A part of the page with a heading, by which readers find it. */
final class SectionHeading {
    private SectionHeading() {}

    /** Begins a section; its content follows, then {@link HtmlWriter#end}. */
    static void begin(HtmlWriter html, String id, String title) throws IOException {
        html.begin("section")
                .attribute("id", id)
                .attribute("aria-labelledby", id + "-heading")
                .line();
        html.begin("h2").attribute("id", id + "-heading").text(title).end().line();
    }
}
