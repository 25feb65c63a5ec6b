package dev.mesosshuffle.jfr;

import org.jspecify.annotations.Nullable;

/**
 * Makes the events that a recording wants now. Before the first recording, a call reads a flag and loads no class: the JDK sets
 * up its recorder for the first event class that it sees. A runtime without the module {@code jdk.jfr}, as in a small image, has
 * no events. For any thread.
 */
public final class FlightRecording {
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightRecording() {}

    private static boolean mayRecord() {
        return AVAILABLE && RecorderState.isInitialized();
    }

    /** Blocks that were sent; null if nobody records them. */
    public static @Nullable FetchEvent fetch() {
        return mayRecord() ? EventFactory.fetch() : null;
    }

    /** A stream that is being opened, whose time begins now; null if nobody records it. */
    public static @Nullable OpenStreamEvent openStream() {
        return mayRecord() ? EventFactory.openStream() : null;
    }

    /** An executor that is being registered, whose time begins now; null if nobody records it. */
    public static @Nullable RegistrationEvent registration() {
        return mayRecord() ? EventFactory.registration() : null;
    }

    /** An application expired. */
    public static void expired(String application, String reason) {
        if (mayRecord()) {
            EventFactory.expired(application, reason);
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
        if (mayRecord()) {
            EventFactory.removed(application, directory, sinceDecisionNanos);
        }
    }
}
