package dev.mesosshuffle.transport;

import io.netty.channel.Channel;

/** Decides what must happen on a new connection before its requests are served. For any event loop. */
interface ConnectionGuard extends AutoCloseable {
    /** Requests are served at once. */
    ConnectionGuard NONE = (channel, parts) -> {};

    /**
     * Adds what is needed to a pipeline that has a decoder and not yet a {@link ConnectionHandler}.
     *
     * @param parts of the connection
     */
    void guard(Channel channel, Parts parts);

    /** Ends its threads. */
    @Override
    default void close() {}

    /**
     * Parts of a connection.
     *
     * @param decoder splits its input into frames
     * @param gate stops its input
     * @param activity what it is used for
     * @param listener learns who the client is
     */
    record Parts(FrameDecoder decoder, ReadGate gate, ConnectionActivity activity, ProofListener listener) {}

    /** Learns who a client is. */
    @FunctionalInterface
    interface ProofListener {
        /**
         * The client has proved who it is. Called once, on the event loop, after the last byte in clear was written.
         *
         * @param appId the application
         * @param isProtected whether all further bytes are encrypted
         */
        void onProof(String appId, boolean isProtected);
    }
}
