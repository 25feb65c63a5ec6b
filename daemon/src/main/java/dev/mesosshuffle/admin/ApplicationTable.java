package dev.mesosshuffle.admin;

import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.status.DiskUsage;
import java.io.IOException;
import java.util.List;

/**
 * Applications as a table for operators: one line each, the columns aligned, long texts last. Each cell is sanitized and at
 * most a few hundred characters wide. Each row is measured first and written later, so that none is kept; one that has
 * become wider meanwhile moves what follows in its line.
 */
final class ApplicationTable {
    private static final List<String> HEADER =
            List.of("APPLICATION", "STATE", "EXECUTORS", "BYTES", "LAST SIGNAL", "NEXT STEP", "REASON");

    private static final int GAP = 2;

    private final int[] widths = new int[HEADER.size()];

    /** Takes a row into account for the widths of the columns. */
    void measure(ApplicationStatus app, int executors, DiskUsage.Usage usage) {
        widen(row(app, executors, usage));
    }

    private void widen(List<String> row) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
        }
    }

    void writeHeader(Appendable out) throws IOException {
        widen(HEADER);
        write(HEADER, out);
    }

    void write(ApplicationStatus app, int executors, DiskUsage.Usage usage, Appendable out) throws IOException {
        write(row(app, executors, usage), out);
    }

    private void write(List<String> row, Appendable out) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String text = row.get(i);
            line.append(text).append(" ".repeat(Math.max(0, widths[i] - text.length()) + GAP));
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    private static List<String> row(ApplicationStatus app, int executors, DiskUsage.Usage usage) {
        return List.of(
                Sanitizer.printable(app.appId()),
                app.state(),
                String.valueOf(executors),
                bytes(usage),
                HumanReadable.time(app.idle().toNanos()) + " ago",
                Sanitizer.printable(app.nextStep()),
                Sanitizer.printable(app.reason()));
    }

    private static String bytes(DiskUsage.Usage usage) {
        if (usage.isComplete()) {
            return HumanReadable.bytes(usage.bytes());
        }
        return usage.bytes() == 0 ? "?" : "> " + HumanReadable.bytes(usage.bytes());
    }
}
