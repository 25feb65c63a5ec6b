package dev.mesosshuffle.security;

/** The first byte of each message of a handshake. */
final class MessageTags {
    /** SASL, of every version of Spark. */
    static final byte SASL = (byte) 0xEA;

    /** The challenge of clients up to 3.1.2. */
    static final byte CHALLENGE = (byte) 0xFA;

    /** Both messages of the key exchange of 3.1.3 and later. */
    static final byte KEY_EXCHANGE = (byte) 0xFB;

    /** The answer to a challenge. */
    static final byte CHALLENGE_RESPONSE = (byte) 0xFB;

    private MessageTags() {}

    /** Whether a client's message that begins with it is one of a handshake. */
    static boolean isHandshake(byte tag) {
        return tag == SASL || tag == CHALLENGE || tag == KEY_EXCHANGE;
    }
}
