package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a connection's bytes become on the wire, and back. One connection's; for one thread. */
public interface WireCodec {
    /** One that changes nothing. */
    static WireCodec unchanged() {
        return new PlainCodec();
    }

    /** Receives plain bytes. */
    @FunctionalInterface
    interface Plain {
        /** Takes the next bytes; the buffer is only lent. */
        void accept(ByteBuffer bytes) throws IOException;
    }

    /**
     * Encodes all of some bytes that are to be sent.
     *
     * @return what is sent instead; of the codec, until the next call
     */
    ByteBuffer encode(ByteBuffer plain) throws IOException;

    /**
     * Decodes all of some received bytes. What is incomplete is kept for the next call.
     *
     * @throws IOException if they are not genuine
     */
    void decode(ByteBuffer wire, Plain plain) throws IOException;
}
