package dev.mesosshuffle.transport;

import dev.mesosshuffle.dispatch.Dispatcher;
import dev.mesosshuffle.memory.ByteBudget;

/**
 * What all connections share. For any thread.
 *
 * @param dispatcher creates their sessions
 * @param buffers the buffers of replies
 * @param limits what they may do
 * @param largeMessages decodes what takes long
 * @param decoded for what messages become
 * @param metrics counts connections
 * @param failures tells why they were closed
 * @param guard decides what must happen before their requests are served
 */
record ConnectionServices(
        Dispatcher dispatcher,
        ReplyBufferPool buffers,
        ConnectionLimits limits,
        LargeMessages largeMessages,
        ByteBudget decoded,
        TransportMetrics metrics,
        ConnectionFailures failures,
        ConnectionGuard guard) {}
