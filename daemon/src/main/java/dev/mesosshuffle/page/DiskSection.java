package dev.mesosshuffle.page;

import dev.mesosshuffle.concurrent.DiskActivity;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.LatencyView;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The disks.
 *
 * @param disks all of them
 */
record DiskSection(List<DiskView> disks) {
    /** Less than this share free deserves a look. */
    private static final int LOW_PERCENT = 10;

    /** Sorted before any value. */
    private static final long UNKNOWN = -1;

    DiskSection {
        disks = List.copyOf(disks);
    }

    void write(HtmlWriter html) throws IOException {
        SectionHeading.begin(html, "disks", "Disks");
        TableWriter table = new TableWriter(
                html,
                QuantityText.count(disks.size(), "disk") + "; times of the last minute",
                TableWriter.Column.text("Root"),
                TableWriter.Column.text("State"),
                TableWriter.Column.text("Free space"),
                TableWriter.Column.text("Free inodes"),
                TableWriter.Column.number("Median"),
                TableWriter.Column.number("99th percentile"),
                TableWriter.Column.number("Waiting"),
                TableWriter.Column.number("Read errors"));
        for (DiskView disk : disks) {
            row(html, table, disk);
        }
        table.end();
        html.end().line();
    }

    private static void row(HtmlWriter html, TableWriter table, DiskView disk) throws IOException {
        DiskActivity activity = disk.activity();
        table.beginRow();
        table.beginHeading();
        html.begin("code").attribute("dir", "ltr").text(disk.root()).end();
        table.endCell();
        state(html, table, disk);
        space(html, table, disk.capacity());
        LatencyView latency = disk.latency();
        table.latency(latency == null ? null : latency.median());
        table.latency(latency == null ? null : latency.p99());
        table.beginCell(activity.queuedTasks());
        html.text(QuantityText.count(activity.queuedTasks()));
        html.element("div", "note", QuantityText.count(activity.activeTasks()) + " running");
        table.endCell();
        table.count(activity.errors());
        table.endRow();
    }

    private static void state(HtmlWriter html, TableWriter table, DiskView disk) throws IOException {
        table.beginCell();
        String unavailability = disk.unavailability();
        int hung = disk.activity().hungTasks();
        if (disk.isHung()) {
            StateTone.BAD.write(html, "Hangs");
        } else if (unavailability != null) {
            StateTone.BAD.write(html, "Not available");
        } else if (hung > 0) {
            StateTone.WARNING.write(html, "Hangs in part");
        } else if (isLow(disk.capacity())) {
            StateTone.WARNING.write(html, "Nearly full");
        } else {
            StateTone.GOOD.write(html, "Answers");
        }
        if (unavailability != null) {
            html.element("div", "note", unavailability);
        }
        if (hung > 0) {
            html.element("div", "note", QuantityText.count(hung, "thread") + " without progress for a minute");
        }
        table.endCell();
    }

    private static boolean isLow(DiskView.@Nullable Capacity capacity) {
        if (capacity == null) {
            return false;
        }
        Long free = capacity.freeInodes();
        Long total = capacity.totalInodes();
        return QuantityText.percent(capacity.freeBytes(), capacity.totalBytes()) < LOW_PERCENT
                || (free != null && total != null && QuantityText.percent(free, total) < LOW_PERCENT);
    }

    private static void space(HtmlWriter html, TableWriter table, DiskView.@Nullable Capacity capacity)
            throws IOException {
        if (capacity == null) {
            table.cell(UNKNOWN, "unknown");
            table.cell(UNKNOWN, "unknown");
            return;
        }
        table.beginCell(capacity.freeBytes());
        QuantityText.bytes(html, capacity.freeBytes());
        share(
                html,
                "free space",
                capacity.freeBytes(),
                capacity.totalBytes(),
                HumanReadable.bytes(capacity.totalBytes()));
        table.endCell();
        Long free = capacity.freeInodes();
        Long total = capacity.totalInodes();
        if (free == null || total == null) {
            table.cell(Long.MAX_VALUE, "no limit");
            return;
        }
        table.beginCell(free);
        html.text(QuantityText.count(free));
        share(html, "free inodes", free, total, QuantityText.count(total));
        table.endCell();
    }

    /** A bar that empties as the disk fills, and the same in words. */
    private static void share(HtmlWriter html, String what, long free, long total, String shownTotal)
            throws IOException {
        int percent = QuantityText.percent(free, total);
        html.begin("meter", percent < LOW_PERCENT ? "low" : "ample")
                .attribute("min", "0")
                .attribute("max", "100")
                .attribute("value", Integer.toString(percent))
                .attribute("aria-label", what)
                .text(percent + " %")
                .end();
        String shown = percent == 0 && free > 0 ? "under 1 %" : percent + " %";
        html.element("div", "note", shown + " of " + shownTotal);
    }
}
