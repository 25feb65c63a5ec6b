package dev.mesosshuffle.events;

/** The kinds of events; the last ones of each are kept. */
public enum EventKind {
    /** An executor or a driver registered. */
    REGISTRATION,
    /** A registration or a request was refused. */
    REFUSAL,
    /** A client was refused before its proof, by TLS too; a kind of its own, since anybody can cause any number of them. */
    AUTHENTICATION,
    /** An application expired, by a rule or an operator's command. */
    EXPIRY,
    /** An expiry that is due was postponed. */
    DEFERRAL,
    /** A directory was deleted. */
    REMOVAL,
    /** An operator kept, released or removed an application. */
    OPERATOR,
    /** A disk came to be missing or hangs, or is back. */
    DISK
}
