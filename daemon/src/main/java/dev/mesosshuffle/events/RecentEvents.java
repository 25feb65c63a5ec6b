package dev.mesosshuffle.events;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.logging.Sanitizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/**
 * The last events of each kind, in a ring for each: thousands of registrations push out no expiry. Each text is bounded, so all
 * of them together take at most 515 KB. For any thread; nobody waits.
 */
public final class RecentEvents implements EventRecorder {
    /** How many of each kind are kept. */
    public static final int MAX_EVENTS_PER_KIND = 64;

    private static final int MAX_SUBJECT_BYTES = 200;
    private static final int MAX_TEXT_BYTES = 600;

    private final LongSupplier wallMillis;
    private final AtomicLong sequence = new AtomicLong();
    private final Map<EventKind, Ring> rings = new EnumMap<>(EventKind.class);

    /**
     * Creates empty rings.
     *
     * @param wallMillis the time of day, in ms since the epoch
     */
    public RecentEvents(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        for (EventKind kind : EventKind.values()) {
            rings.put(kind, new Ring());
        }
    }

    @Override
    public void record(EventKind kind, String subject, String text) {
        Ring ring = rings.get(kind);
        if (ring == null) {
            throw new IllegalArgumentException("kind: " + kind);
        }
        try {
            ring.add(new ServiceEvent(
                    sequence.incrementAndGet(),
                    Instant.ofEpochMilli(wallMillis.getAsLong()),
                    kind,
                    Sanitizer.line(subject, MAX_SUBJECT_BYTES),
                    Sanitizer.line(text, MAX_TEXT_BYTES)));
        } catch (OutOfMemoryError e) {
            // What happened has happened, whether or not it is remembered.
            HeapShortage.survived(e);
        }
    }

    /** Returns the events that are kept, of all kinds, the newest first. */
    public List<ServiceEvent> newestFirst() {
        List<ServiceEvent> events = new ArrayList<>();
        rings.values().forEach(ring -> ring.addTo(events));
        events.sort(Comparator.comparingLong(ServiceEvent::number).reversed());
        return events;
    }

    private static final class Ring {
        private final AtomicReferenceArray<ServiceEvent> slots = new AtomicReferenceArray<>(MAX_EVENTS_PER_KIND);
        private final AtomicLong next = new AtomicLong();

        private void add(ServiceEvent event) {
            slots.set((int) (next.getAndIncrement() % MAX_EVENTS_PER_KIND), event);
        }

        private void addTo(List<ServiceEvent> events) {
            for (int i = 0; i < MAX_EVENTS_PER_KIND; i++) {
                ServiceEvent event = slots.get(i);
                if (event != null) {
                    events.add(event);
                }
            }
        }
    }
}
