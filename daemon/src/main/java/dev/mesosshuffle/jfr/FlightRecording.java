package dev.mesosshuffle.jfr;

import org.jspecify.annotations.Nullable;

/**
 * Makes the events that a recording wants now. Without one each call costs an object that the compiler can leave out, and a
 * runtime without the module {@code jdk.jfr}, as in a small image, has none. For any thread.
 */
public final class FlightRecording {
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightRecording() {}

    /** Blocks that were sent; null if nobody records them. */
    public static @Nullable FetchEvent fetch() {
        if (!AVAILABLE) {
            return null;
        }
        FetchEvent event = new FetchEvent();
        return event.shouldCommit() ? event : null;
    }

    /** A stream that is being opened, whose time begins now; null if nobody records it. */
    public static @Nullable OpenStreamEvent openStream() {
        if (!AVAILABLE) {
            return null;
        }
        OpenStreamEvent event = new OpenStreamEvent();
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event;
    }

    /** An executor that is being registered, whose time begins now; null if nobody records it. */
    public static @Nullable RegistrationEvent registration() {
        if (!AVAILABLE) {
            return null;
        }
        RegistrationEvent event = new RegistrationEvent();
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event;
    }

    /** An application expired. */
    public static void expired(String application, String reason) {
        if (!AVAILABLE) {
            return;
        }
        ExpiryEvent event = new ExpiryEvent();
        if (event.shouldCommit()) {
            event.application = application;
            event.reason = reason;
            event.commit();
        }
    }

    /**
     * A directory was deleted.
     *
     * @param application whose it was; null for an orphan
     * @param directory its path, which may hold anything
     * @param sinceDecisionNanos the time since that was decided, in ns
     */
    public static void removed(@Nullable String application, String directory, long sinceDecisionNanos) {
        if (!AVAILABLE) {
            return;
        }
        RemovalEvent event = new RemovalEvent();
        if (event.shouldCommit()) {
            event.application = application;
            event.directory = directory;
            event.sinceDecision = sinceDecisionNanos;
            event.commit();
        }
    }
}
