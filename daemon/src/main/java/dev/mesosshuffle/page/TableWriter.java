package dev.mesosshuffle.page;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a table that becomes a list of cards on a narrow screen. Its roles are explicit, because browsers forget them when the
 * parts of a table are not displayed as such. For one thread.
 */
final class TableWriter {
    /** Sorted before any value. */
    private static final long UNKNOWN = -1;

    private final HtmlWriter html;
    private final List<Column> columns;
    private int column;

    /**
     * A column.
     *
     * @param title its heading
     * @param isNumeric whether its values are aligned by their digits
     */
    record Column(String title, boolean isNumeric) {
        static Column text(String title) {
            return new Column(title, false);
        }

        static Column number(String title) {
            return new Column(title, true);
        }
    }

    /** Begins a table. */
    TableWriter(HtmlWriter html, String caption, Column... columns) throws IOException {
        this.html = html;
        this.columns = List.of(columns);
        html.begin("table", "cards").attribute("role", "table").line();
        html.element("caption", caption).line();
        html.begin("thead").attribute("role", "rowgroup");
        html.begin("tr").attribute("role", "row");
        for (Column each : columns) {
            html.begin("th").attribute("scope", "col").attribute("role", "columnheader");
            if (each.isNumeric()) {
                html.attribute("class", "number");
            }
            html.text(each.title()).end();
        }
        html.end().end().line();
        html.begin("tbody").attribute("role", "rowgroup").line();
    }

    void beginRow() throws IOException {
        html.begin("tr").attribute("role", "row");
        column = 0;
    }

    /** Begins the cell that names the row; its content follows, then {@link #endCell}. */
    void beginHeading() throws IOException {
        html.begin("th").attribute("scope", "row").attribute("role", "rowheader");
        label();
    }

    /**
     * Begins the cell that names the row, and is sorted by another value than its text.
     *
     * @param key the value
     */
    void beginHeading(long key) throws IOException {
        html.begin("th").attribute("scope", "row").attribute("role", "rowheader");
        html.attribute("data-sort", Long.toString(key));
        label();
    }

    /** Begins a cell; its content follows, then {@link #endCell}. */
    void beginCell() throws IOException {
        html.begin("td").attribute("role", "cell");
        label();
    }

    /**
     * Begins a cell that is sorted by another value than its text.
     *
     * @param key the value
     */
    void beginCell(long key) throws IOException {
        html.begin("td").attribute("role", "cell").attribute("data-sort", Long.toString(key));
        label();
    }

    private void label() throws IOException {
        Column its = columns.get(column++);
        html.attribute("data-label", its.title());
        if (its.isNumeric()) {
            html.attribute("class", "number");
        }
        html.begin("div");
    }

    void endCell() throws IOException {
        html.end().end();
    }

    /** Writes a cell with a text. */
    void cell(String text) throws IOException {
        beginCell();
        html.text(text);
        endCell();
    }

    /**
     * Writes a cell with a text that is sorted by another value.
     *
     * @param key the value
     */
    void cell(long key, String text) throws IOException {
        beginCell(key);
        html.text(text);
        endCell();
    }

    /** Writes a cell with a count. */
    void count(long count) throws IOException {
        cell(count, QuantityText.count(count));
    }

    /** Writes a cell with how long something took; a dash if nothing was done. */
    void latency(@Nullable Duration time) throws IOException {
        beginCell(time == null ? UNKNOWN : time.toNanos());
        if (time == null) {
            html.text("–");
        } else {
            QuantityText.latency(html, time);
        }
        endCell();
    }

    void endRow() throws IOException {
        if (column != columns.size()) {
            throw new IllegalStateException("cells: " + column + " (expected: " + columns.size() + ")");
        }
        html.end().line();
    }

    /** Ends the table. */
    void end() throws IOException {
        html.end().end().line();
    }
}
