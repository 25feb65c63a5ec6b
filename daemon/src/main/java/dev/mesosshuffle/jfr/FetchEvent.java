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

/** A batch of blocks that a disk's thread read, once the last of them has left. Times are in ns. */
@Name("dev.mesosshuffle.Fetch")
@Label("Fetch")
@Description("Blocks that were read from a disk in one turn and sent, and where the time went")
@Category("Shuffle Service")
@StackTrace(false)
@Enabled(false)
public final class FetchEvent extends Event {
    @Label("Executor")
    @Description("The executor that wrote the first block")
    public @Nullable String executor;

    @Label("Client")
    public @Nullable String client;

    @Label("Disk")
    public @Nullable String disk;

    @Label("Blocks")
    @Description("How many were read in one turn and sent")
    public int blocks;

    @Label("Bytes")
    public long bytes;

    @Label("Total")
    @Description("From the request for the first block until the last byte has left")
    @Timespan
    public long total;

    @Label("Queue")
    @Timespan
    public long queue;

    @Label("Index")
    @Timespan
    public long index;

    @Label("Open")
    @Timespan
    public long open;

    @Label("Read")
    @Timespan
    public long read;

    @Label("Client Wait")
    @Description("While the client had not taken earlier blocks or these ones")
    @Timespan
    public long clientWait;

    FetchEvent() {}
}
