package dev.mesosshuffle.web;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request is answered with an error, whose message is for whoever sent it. */
public final class HttpFailure extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final @Nullable String allowedMethods;

    /**
     * Creates a failure.
     *
     * @param status the status, from 400 on
     * @param message one printable line, which tells what was wrong and what was expected
     */
    public HttpFailure(int status, String message) {
        this(status, message, null);
    }

    private HttpFailure(int status, String message, @Nullable String allowedMethods) {
        super(message);
        this.status = status;
        this.allowedMethods = allowedMethods;
    }

    /** A failure because of a method that is not one of those allowed. */
    static HttpFailure wrongMethod(Iterable<String> allowed) {
        return new HttpFailure(
                405, "method (expected: " + String.join(" or ", allowed) + ")", String.join(", ", allowed));
    }

    /** Returns the status. */
    public int status() {
        return status;
    }

    /** Returns the value of the header {@code Allow}; null if methods were not the problem. */
    @Nullable
    String allowedMethods() {
        return allowedMethods;
    }
}
