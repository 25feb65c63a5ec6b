package dev.mesosshuffle.status;

import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.events.ServiceEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The last events of each kind. For any thread; never waits. */
public final class RecentEventHistory implements EventHistory {
    private final RecentEvents events;

    /** Creates a history of what others record. */
    public RecentEventHistory(RecentEvents events) {
        this.events = events;
    }

    @Override
    public List<EventView> events(long after, int limit) {
        List<EventView> result = new ArrayList<>();
        for (ServiceEvent event : events.newestFirst()) {
            if (event.number() > after && result.size() < limit) {
                result.add(new EventView(
                        event.number(),
                        event.time(),
                        event.kind(),
                        event.subject().isEmpty() ? null : event.subject(),
                        event.text()));
            }
        }
        Collections.reverse(result);
        return result;
    }
}
