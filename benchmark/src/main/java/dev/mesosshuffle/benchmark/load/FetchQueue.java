package dev.mesosshuffle.benchmark.load;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands out fetches in order to whichever connection wants the next one. For one thread. */
public final class FetchQueue {
    private final List<Fetch> fetches;
    private final long limit;
    private long taken;

    private FetchQueue(List<Fetch> fetches, long limit) {
        this.fetches = List.copyOf(fetches);
        this.limit = limit;
    }

    /** Begins again after the last one. */
    public static FetchQueue endless(List<Fetch> fetches) {
        return new FetchQueue(fetches, Long.MAX_VALUE);
    }

    /** Ends after that many, beginning again as often as needed. */
    public static FetchQueue limited(List<Fetch> fetches, long limit) {
        return new FetchQueue(fetches, limit);
    }

    boolean hasNext() {
        return taken < limit;
    }

    @Nullable
    Fetch next() {
        if (!hasNext()) {
            return null;
        }
        return fetches.get((int) (taken++ % fetches.size()));
    }
}
