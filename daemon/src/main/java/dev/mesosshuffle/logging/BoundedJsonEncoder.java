package dev.mesosshuffle.logging;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * Logback's JSON encoder, with lines of at most 4 KB: one object for each event, with {@code timestamp} (ms since the epoch),
 * {@code nanoseconds}, {@code level}, {@code threadName}, {@code loggerName}, {@code message} and {@code throwable}. Of an
 * exception there are its own first frames and those of its root cause. Logback's encoder alone writes all frames of all causes,
 * and a text of quotes becomes twice as long. Used by one thread at a time.
 */
public final class BoundedJsonEncoder extends JsonEncoder {
    /** With the end of the line. */
    static final int MAX_LINE_BYTES = 4096;

    /** Creates an encoder. */
    public BoundedJsonEncoder() {
        setWithSequenceNumber(false);
        setWithContext(false);
        setWithMarkers(false);
        setWithMDC(false);
        setWithKVPList(false);
        setWithArguments(false);
    }

    /**
     * How much of an event is written. The last one fits whatever is logged: escaped, no text has more than twice its bytes.
     *
     * @param messageBytes of the message
     * @param failureMessageBytes of the message of an exception
     * @param frames of each exception
     * @param exceptions how many; 2 for the exception and its root cause
     */
    record Detail(int messageBytes, int failureMessageBytes, int frames, int exceptions) {}

    private static final Detail[] DETAILS = {
        new Detail(SanitizedEvent.MAX_MESSAGE_BYTES, 1000, 5, 2),
        new Detail(1000, 200, 3, 2),
        new Detail(1000, 200, 3, 1),
        new Detail(1500, 0, 0, 0)
    };

    @Override
    public byte[] encode(ILoggingEvent event) {
        SanitizedEvent whole = event instanceof SanitizedEvent sanitized ? sanitized : new SanitizedEvent(event);
        byte[] line = {};
        for (Detail detail : DETAILS) {
            line = super.encode(whole.reducedTo(detail));
            if (line.length <= MAX_LINE_BYTES) {
                break;
            }
        }
        return line;
    }
}
