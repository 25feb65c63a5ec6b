package dev.mesosshuffle.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A directory that was deleted. */
@Name("dev.mesosshuffle.Removal")
@Label("Removal")
@Description("A directory of an expired application, or an orphan, that was deleted")
@Category("Shuffle Service")
@StackTrace(false)
@Enabled(false)
final class RemovalEvent extends Event {
    @Label("Application")
    @Description("Nothing for an orphan")
    @Nullable
    String application;

    @Label("Directory")
    @Nullable
    String directory;

    @Label("Since Decision")
    @Timespan
    long sinceDecision;
}
