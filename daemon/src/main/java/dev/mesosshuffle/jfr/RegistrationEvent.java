package dev.mesosshuffle.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An executor's registration; its duration is that until the reply. */
@Name("dev.mesosshuffle.Registration")
@Label("Registration")
@Description("A request to register an executor, until it is stored or refused")
@Category("Shuffle Service")
@StackTrace(false)
@Enabled(false)
public final class RegistrationEvent extends Event {
    @Label("Executor")
    public @Nullable String executor;

    @Label("Client")
    public @Nullable String client;

    @Label("Refusal")
    @Description("Why it was refused; nothing if it was registered")
    public @Nullable String refusal;

    RegistrationEvent() {}
}
