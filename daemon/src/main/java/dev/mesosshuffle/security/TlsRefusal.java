package dev.mesosshuffle.security;

/** Why a connection with TLS was not established, as events tell it. */
public enum TlsRefusal {
    /** The handshake failed, or what followed it is not what the peer had encrypted. */
    FAILED,
    /** Too many handshakes wait. */
    OVERLOADED,
    /** The client does not speak TLS. */
    PLAIN_TEXT
}
