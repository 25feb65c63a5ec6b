package dev.mesosshuffle.transport;

import io.netty.buffer.ByteBuf;

/**
 * A frame that was collected in a buffer of its own, and counts against the memory for what has not been decoded.
 *
 * @param bytes the frame without its length; owned
 * @param ticket its memory; owned
 */
record LargeFrame(ByteBuf bytes, InboundAdmission.Ticket ticket) implements AutoCloseable {
    @Override
    public void close() {
        bytes.release();
        ticket.close();
    }
}
