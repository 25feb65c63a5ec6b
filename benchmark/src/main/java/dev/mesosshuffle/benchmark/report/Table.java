package dev.mesosshuffle.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown that can also be read as it is: columns are padded, figures lie to the right. */
final class Table {
    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();
    /** Columns from this one on hold figures. */
    private final int firstFigure;

    Table(List<String> header, int firstFigure) {
        this.header = List.copyOf(header);
        this.firstFigure = firstFigure;
    }

    void add(List<String> row) {
        if (row.size() != header.size()) {
            throw new IllegalArgumentException("row of " + row.size() + " cells (expected: " + header.size() + ")");
        }
        rows.add(List.copyOf(row));
    }

    String toMarkdown() {
        StringBuilder out = new StringBuilder();
        out.append(line(header));
        List<String> rule = new ArrayList<>();
        for (int column = 0; column < header.size(); column++) {
            String dashes = "-".repeat(width(column));
            rule.add(column < firstFigure ? dashes : dashes.substring(1) + ":");
        }
        out.append(line(rule));
        rows.forEach(row -> out.append(line(row)));
        return out.toString();
    }

    private String line(List<String> cells) {
        List<String> padded = new ArrayList<>();
        for (int column = 0; column < cells.size(); column++) {
            String blanks = " ".repeat(width(column) - cells.get(column).length());
            padded.add(column < firstFigure ? cells.get(column) + blanks : blanks + cells.get(column));
        }
        return padded.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private int width(int column) {
        int width = Math.max(3, header.get(column).length());
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }
}
