package dev.mesosshuffle.config;

/** Whether clients must prove who they are. */
public enum AuthenticationMode {
    /** Clients need not authenticate. */
    OFF,
    /** Clients that offer a proof must have the right one; all others are served as well. */
    OPTIONAL,
    /** Nothing is served without a proof. */
    REQUIRED
}
