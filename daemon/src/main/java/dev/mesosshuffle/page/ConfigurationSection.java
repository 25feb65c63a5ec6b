package dev.mesosshuffle.page;

import dev.mesosshuffle.status.ConfigEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings with their origins: first those that somebody has set.
 *
 * @param entries all of them; secrets are masked
 */
record ConfigurationSection(List<ConfigEntry> entries) {
    private static final String DEFAULT = "default";

    ConfigurationSection {
        entries = List.copyOf(entries);
    }

    void write(HtmlWriter html) throws IOException {
        List<ConfigEntry> set = new ArrayList<>();
        List<ConfigEntry> defaults = new ArrayList<>();
        for (ConfigEntry entry : entries) {
            (entry.origin().equals(DEFAULT) ? defaults : set).add(entry);
        }
        SectionHeading.begin(html, "configuration", "Configuration");
        if (set.isEmpty()) {
            html.element("p", "empty", "Every setting has its default.");
        } else {
            table(html, QuantityText.count(set.size(), "setting") + " with another value than the default", set);
        }
        html.begin("details").attribute("id", "defaults");
        html.element("summary", QuantityText.count(defaults.size(), "default")).line();
        table(html, "Settings that nobody has set", defaults);
        html.end().line();
        html.end().line();
    }

    private static void table(HtmlWriter html, String caption, List<ConfigEntry> entries) throws IOException {
        TableWriter table = new TableWriter(
                html,
                caption,
                TableWriter.Column.text("Key"),
                TableWriter.Column.text("Value"),
                TableWriter.Column.text("Set by"));
        for (ConfigEntry entry : entries) {
            table.beginRow();
            table.beginHeading();
            html.element("code", entry.key());
            table.endCell();
            table.beginCell();
            html.element("code", entry.value());
            table.endCell();
            table.cell(entry.origin());
            table.endRow();
        }
        table.end();
    }
}
