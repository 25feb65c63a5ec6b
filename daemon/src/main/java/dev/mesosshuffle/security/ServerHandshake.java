package dev.mesosshuffle.security;

/** The server's side of one connection's handshakes, of whichever kind the client begins. Used by one thread at a time. */
public interface ServerHandshake extends AutoCloseable {
    /** The most bytes of a client's message: ample for an id and a token of SASL, which has the longest. */
    int MAX_MESSAGE_BYTES = 4096;

    /**
     * Answers a message. Takes up to some milliseconds of CPU: not for event loops.
     *
     * @param message the body of the client's request, of bounded length
     * @return the answer; after {@link HandshakeOutcome.Authenticated}, or a refusal without retry, this is not called again
     */
    HandshakeOutcome answer(byte[] message);

    /** Releases what an unfinished handshake holds. What {@link HandshakeOutcome.Authenticated} handed out is not touched. */
    @Override
    void close();
}
