package dev.mesosshuffle.events;

/** Takes in what happens. For any thread; never waits. */
@FunctionalInterface
public interface EventRecorder {
    /** Keeps nothing, where nobody can ask. */
    EventRecorder NONE = (kind, subject, text) -> {};

    /**
     * Records an event.
     *
     * @param kind its kind
     * @param subject the id of the application that it is about, which may be a text of a client; empty if it is about none
     * @param text what happened, and why; may hold texts of a client
     */
    void record(EventKind kind, String subject, String text);
}
