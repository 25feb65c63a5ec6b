package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/**
 * A log event as it may be written: its message and those of its exceptions went through {@link Sanitizer}, and no line is
 * longer than 4 KB. It holds none of the objects that were logged, so it may wait. Immutable.
 */
final class SanitizedEvent implements ILoggingEvent {
    /** With time, level and logger, which have less than 250 bytes, a line stays within 4096. */
    static final int MAX_MESSAGE_BYTES = 3800;

    private static final int MAX_THREAD_NAME_BYTES = 100;

    /** What an event takes beside its text: its own fields and those of what it refers to. */
    private static final int OVERHEAD_BYTES = 200;

    private final Level level;
    private final String loggerName;
    private final LoggerContextVO context;
    private final String threadName;
    private final BoundedText text;
    private final String message;
    private final @Nullable SanitizedThrowable failure;
    private final Instant time;

    SanitizedEvent(ILoggingEvent event) {
        this.level = event.getLevel();
        this.loggerName = event.getLoggerName();
        this.context = event.getLoggerContextVO();
        this.threadName = Sanitizer.line(event.getThreadName(), MAX_THREAD_NAME_BYTES);
        this.text = new BoundedText(String.valueOf(event.getFormattedMessage()), MAX_MESSAGE_BYTES);
        this.message = text.line(MAX_MESSAGE_BYTES);
        this.failure = SanitizedThrowable.of(event.getThrowableProxy());
        this.time = event.getInstant();
    }

    private SanitizedEvent(SanitizedEvent whole, BoundedJsonEncoder.Detail detail) {
        this.level = whole.level;
        this.loggerName = whole.loggerName;
        this.context = whole.context;
        this.threadName = whole.threadName;
        this.text = whole.text;
        this.message = text.line(detail.messageBytes());
        this.failure = whole.failure == null ? null : whole.failure.reducedTo(detail);
        this.time = whole.time;
    }

    /** The same event with less detail. */
    SanitizedEvent reducedTo(BoundedJsonEncoder.Detail detail) {
        return new SanitizedEvent(this, detail);
    }

    /** About how many bytes of the heap it keeps. */
    int estimatedBytes() {
        return OVERHEAD_BYTES
                + 2 * message.length()
                + text.estimatedBytesBeside(message)
                + (failure == null ? 0 : failure.estimatedBytes());
    }

    @Override
    public Level getLevel() {
        return level;
    }

    @Override
    public String getLoggerName() {
        return loggerName;
    }

    @Override
    public LoggerContextVO getLoggerContextVO() {
        return context;
    }

    @Override
    public String getThreadName() {
        return threadName;
    }

    @Override
    public String getMessage() {
        return message;
    }

    @Override
    public String getFormattedMessage() {
        return message;
    }

    @Override
    public Object @Nullable [] getArgumentArray() {
        return null;
    }

    @Override
    public @Nullable IThrowableProxy getThrowableProxy() {
        return failure;
    }

    @Override
    public Instant getInstant() {
        return time;
    }

    @Override
    public long getTimeStamp() {
        return time.toEpochMilli();
    }

    @Override
    @SuppressWarnings("JavaInstantGetSecondsGetNano") // Logback's name for the same.
    public int getNanoseconds() {
        return time.getNano();
    }

    @Override
    public long getSequenceNumber() {
        return 0;
    }

    /** Where it was logged would have to be determined for each event, which costs more than all else. */
    @Override
    public StackTraceElement[] getCallerData() {
        return new StackTraceElement[0];
    }

    @Override
    public boolean hasCallerData() {
        return false;
    }

    @Override
    public List<Marker> getMarkerList() {
        return List.of();
    }

    @Override
    public List<KeyValuePair> getKeyValuePairs() {
        return List.of();
    }

    @Override
    public Map<String, String> getMDCPropertyMap() {
        return Map.of();
    }

    @Override
    @SuppressWarnings("deprecation") // It is abstract all the same.
    public Map<String, String> getMdc() {
        return Map.of();
    }

    @Override
    public void prepareForDeferredProcessing() {
        // It is.
    }
}
