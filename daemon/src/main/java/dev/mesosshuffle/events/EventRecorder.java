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
     * @param subject the application, executor or directory that it is about; may be a text of a client
     * @param text what happened, and why; may hold texts of a client
     */
    void record(EventKind kind, String subject, String text);
}
