package dev.mesosshuffle.logging;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An exception and its causes as they may be written. See {@link SanitizedEvent}. */
final class SanitizedThrowable implements IThrowableProxy {
    private static final int BYTES_PER_FRAME = 150;

    private final String className;
    private final @Nullable BoundedText text;
    private final @Nullable String message;
    private final StackTraceElementProxy[] frames;
    private final int commonFrames;
    private final boolean cyclic;
    private final @Nullable SanitizedThrowable cause;
    private final SanitizedThrowable[] suppressed;

    private SanitizedThrowable(IThrowableProxy thrown) {
        this.className = thrown.getClassName();
        String thrownMessage = thrown.getMessage();
        this.text = thrownMessage == null ? null : new BoundedText(thrownMessage, SanitizedEvent.MAX_MESSAGE_BYTES);
        this.message = text == null ? null : text.line(SanitizedEvent.MAX_MESSAGE_BYTES);
        this.frames = thrown.getStackTraceElementProxyArray();
        this.commonFrames = thrown.getCommonFrames();
        this.cyclic = thrown.isCyclic();
        this.cause = of(thrown.getCause());
        IThrowableProxy[] others = thrown.getSuppressed();
        this.suppressed = new SanitizedThrowable[others == null ? 0 : others.length];
        for (int i = 0; i < suppressed.length; i++) {
            suppressed[i] = new SanitizedThrowable(others[i]);
        }
    }

    private SanitizedThrowable(
            SanitizedThrowable whole, BoundedJsonEncoder.Detail detail, @Nullable SanitizedThrowable cause) {
        this.className = whole.className;
        this.text = whole.text;
        this.message = text == null ? null : text.line(detail.failureMessageBytes());
        this.frames = Arrays.copyOf(whole.frames, Math.min(whole.frames.length, detail.frames()));
        // The frames that are left are its own.
        this.commonFrames = 0;
        this.cyclic = whole.cyclic;
        this.cause = cause;
        this.suppressed = new SanitizedThrowable[0];
    }

    /** The same with less detail: itself and its root cause, or one of both, or nothing. */
    @Nullable
    SanitizedThrowable reducedTo(BoundedJsonEncoder.Detail detail) {
        if (detail.exceptions() == 0) {
            return null;
        }
        SanitizedThrowable root = this;
        while (root.cause != null) {
            root = root.cause;
        }
        SanitizedThrowable reducedRoot = new SanitizedThrowable(root, detail, null);
        return root.equals(this) || detail.exceptions() == 1
                ? reducedRoot
                : new SanitizedThrowable(this, detail, reducedRoot);
    }

    static @Nullable SanitizedThrowable of(@Nullable IThrowableProxy thrown) {
        return thrown == null ? null : new SanitizedThrowable(thrown);
    }

    /** About how many bytes of the heap it keeps. */
    int estimatedBytes() {
        int bytes = BYTES_PER_FRAME * frames.length;
        if (message != null && text != null) {
            bytes += 2 * message.length() + text.estimatedBytesBeside(message);
        }
        for (SanitizedThrowable other : suppressed) {
            bytes += other.estimatedBytes();
        }
        return bytes + (cause == null ? 0 : cause.estimatedBytes());
    }

    @Override
    public String getClassName() {
        return className;
    }

    @Override
    public @Nullable String getMessage() {
        return message;
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
        return frames;
    }

    @Override
    public int getCommonFrames() {
        return commonFrames;
    }

    @Override
    public @Nullable IThrowableProxy getCause() {
        return cause;
    }

    @Override
    public IThrowableProxy[] getSuppressed() {
        return suppressed;
    }

    @Override
    public boolean isCyclic() {
        return cyclic;
    }
}
