package dev.mesosshuffle.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An application that expired. */
@Name("dev.mesosshuffle.Expiry")
@Label("Expiry")
@Description("The decision to remove an application")
@Category("Shuffle Service")
@StackTrace(false)
@Enabled(false)
final class ExpiryEvent extends Event {
    @Label("Application")
    @Nullable
    String application;

    @Label("Reason")
    @Nullable
    String reason;
}
