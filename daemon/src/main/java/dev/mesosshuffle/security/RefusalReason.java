package dev.mesosshuffle.security;

/** Why a client was refused, as a metric counts it and a log line explains it. */
public enum RefusalReason {
    /** The client's secret is not the one here. */
    WRONG_SECRET("its secret is not the one of this service", "give both the same spark.authenticate.secret"),
    /** There is no secret for this application. */
    UNKNOWN_APPLICATION("there is no secret for this application", "add it to secrets.file"),
    /** What the client sent is no handshake. */
    NO_HANDSHAKE("the client does not authenticate", "set spark.authenticate=true for the application"),
    /** A handshake with impossible fields. */
    MALFORMED("the handshake is malformed", "check what connects from there"),
    /** The client asks for a kind of handshake that is not admitted. */
    NOT_ADMITTED("this kind of handshake is not admitted here", "check spark.network.crypto.* of both sides"),
    /** No result within the time for handshakes. */
    TIMEOUT("the handshake did not end in time", "check the load of this host and the network"),
    /** Too many handshakes wait. */
    OVERLOADED("too many handshakes wait", "clients retry; check what connects so often");

    private final String explanation;
    private final String remedy;

    RefusalReason(String explanation, String remedy) {
        this.explanation = explanation;
        this.remedy = remedy;
    }

    /** What is wrong. */
    public String explanation() {
        return explanation;
    }

    /** What the operator can do. */
    public String remedy() {
        return remedy;
    }
}
