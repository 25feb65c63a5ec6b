package dev.mesosshuffle.liveness;

/** The Mesos master gave no usable response. The message has the master's address and the cause, for operators. */
public final class MasterUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** Why there is no usable response. */
    public enum Reason {
        /** No master could be reached, none leads, or none responded in time. */
        UNREACHABLE("unreachable"),
        /** The credentials are wrong, missing, or insufficient. */
        UNAUTHORIZED("unauthorized"),
        /** The response is not one of a Mesos master. */
        INVALID_RESPONSE("invalidResponse");

        private final String metric;

        Reason(String metric) {
            this.metric = metric;
        }

        String metric() {
            return metric;
        }
    }

    /** Creates an exception whose cause is in the message. */
    public MasterUnavailableException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Creates an exception with its cause. */
    public MasterUnavailableException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Returns why there is no usable response. */
    public Reason reason() {
        return reason;
    }
}
