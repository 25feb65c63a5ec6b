package dev.mesosshuffle.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A stream that was opened or refused; its duration is that of the request. */
@Name("dev.mesosshuffle.OpenStream")
@Label("Open Stream")
@Description("A request to open a stream of blocks")
@Category("Shuffle Service")
@StackTrace(false)
@Enabled(false)
public final class OpenStreamEvent extends Event {
    @Label("Executor")
    @Description("The executor that wrote the blocks")
    public @Nullable String executor;

    @Label("Client")
    public @Nullable String client;

    @Label("Blocks")
    public int blocks;

    OpenStreamEvent() {}
}
