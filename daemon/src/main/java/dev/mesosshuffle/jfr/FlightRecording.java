package dev.mesosshuffle.jfr;

import org.jspecify.annotations.Nullable;

/**
 * Makes the events that a recording wants now. Without one each call costs an object that the compiler can leave out. A runtime
 * without the module {@code jdk.jfr}, as in a small image, has no events. For any thread.
 */
public final class FlightRecording {
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightRecording() {}

    /** Blocks that were sent; null if nobody records them. */
    public static @Nullable FetchEvent fetch() {
        return AVAILABLE ? EventFactory.fetch() : null;
    }

    /** A stream that is being opened, whose time begins now; null if nobody records it. */
    public static @Nullable OpenStreamEvent openStream() {
        return AVAILABLE ? EventFactory.openStream() : null;
    }

    /** An executor that is being registered, whose time begins now; null if nobody records it. */
    public static @Nullable RegistrationEvent registration() {
        return AVAILABLE ? EventFactory.registration() : null;
    }

    /** An application expired. */
    public static void expired(String application, String reason) {
        if (AVAILABLE) {
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
        if (AVAILABLE) {
            EventFactory.removed(application, directory, sinceDecisionNanos);
        }
    }
}
