package dev.mesosshuffle.admin;

import dev.mesosshuffle.liveness.ApplicationStatus;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.logging.Sanitizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Applications as a table for operators: one line each, the columns aligned, long texts last. Each cell is sanitized and at
 * most a few hundred characters wide.
 */
final class ApplicationTable {
    private static final List<String> HEADER =
            List.of("APPLICATION", "STATE", "EXECUTORS", "BYTES", "LAST SIGNAL", "NEXT STEP", "REASON");

    private final List<List<String>> rows = new ArrayList<>(List.of(HEADER));

    void add(ApplicationStatus app, int executors, DiskUsage.Usage usage) {
        rows.add(List.of(
                Sanitizer.printable(app.appId()),
                app.state(),
                String.valueOf(executors),
                bytes(usage),
                HumanReadable.time(app.idle().toNanos()) + " ago",
                Sanitizer.printable(app.nextStep()),
                Sanitizer.printable(app.reason())));
    }

    String text() {
        if (rows.size() == 1) {
            return "No application is registered here.\n";
        }
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String bytes(DiskUsage.Usage usage) {
        if (usage.isComplete()) {
            return HumanReadable.bytes(usage.bytes());
        }
        return usage.bytes() == 0 ? "?" : "> " + HumanReadable.bytes(usage.bytes());
    }
}
