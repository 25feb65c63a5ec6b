package dev.mesosshuffle.liveness;

/** The Mesos master gave no answer, or none that could be used. The message says what an operator needs to know. */
public final class MasterUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** What kept the answer away. */
    public enum Kind {
        /** No master could be reached, or none led, or none answered in time. */
        UNREACHABLE("unreachable"),
        /** The credentials are wrong, missing, or do not suffice. */
        DENIED("denied"),
        /** What came is not what a Mesos master says. */
        UNINTELLIGIBLE("unintelligible");

        private final String metric;

        Kind(String metric) {
            this.metric = metric;
        }

        String metric() {
            return metric;
        }
    }

    /**
     * Creates an exception.
     *
     * @param kind what kept the answer away
     * @param message who was asked, and what happened
     */
    public MasterUnavailableException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * Creates an exception.
     *
     * @param kind what kept the answer away
     * @param message who was asked, and what happened
     * @param cause the reason
     */
    public MasterUnavailableException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * Returns what kept the answer away.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }
}
