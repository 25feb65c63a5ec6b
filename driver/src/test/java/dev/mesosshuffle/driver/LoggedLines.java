package dev.mesosshuffle.driver;

import java.util.ArrayList;
import java.util.List;

/** Collects lines, each behind its level. */
final class LoggedLines implements ReportLog {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void info(String line) {
        lines.add("INFO " + line);
    }

    @Override
    public void warn(String line) {
        lines.add("WARN " + line);
    }

    List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }
}
