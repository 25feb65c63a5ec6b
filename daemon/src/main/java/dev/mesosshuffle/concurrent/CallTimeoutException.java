package dev.mesosshuffle.concurrent;

import java.io.IOException;
import java.time.Duration;

/** A call did not return within its limit, or an earlier one at the same place has not returned for that long. */
public final class CallTimeoutException extends IOException {
    private static final long serialVersionUID = 1;

    CallTimeoutException(Object place, Duration limit) {
        super(place + " did not respond within " + limit.toMillis() + " ms; its disk may hang");
    }
}
