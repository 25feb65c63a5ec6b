package dev.mesosshuffle.jfr;

import jdk.jfr.Event;
import org.jspecify.annotations.Nullable;

/** Makes events where there is a flight recorder. Loaded only there. */
final class EventFactory {
    private EventFactory() {}

    static @Nullable FetchEvent fetch() {
        FetchEvent event = new FetchEvent();
        return event.shouldCommit() ? event : null;
    }

    static @Nullable OpenStreamEvent openStream() {
        return begun(new OpenStreamEvent());
    }

    static @Nullable RegistrationEvent registration() {
        return begun(new RegistrationEvent());
    }

    private static <T extends Event> @Nullable T begun(T event) {
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event;
    }

    static void expired(String application, String reason) {
        ExpiryEvent event = new ExpiryEvent();
        if (event.shouldCommit()) {
            event.application = application;
            event.reason = reason;
            event.commit();
        }
    }

    static void removed(@Nullable String application, String directory, long sinceDecisionNanos) {
        RemovalEvent event = new RemovalEvent();
        if (event.shouldCommit()) {
            event.application = application;
            event.directory = directory;
            event.sinceDecision = sinceDecisionNanos;
            event.commit();
        }
    }
}
