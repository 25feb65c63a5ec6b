package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.model.CloseReason;

/** How a connection ended. */
public enum Ending {
    /** The peer closed it, as a process that ends does. */
    CLOSED_BY_PEER(CloseReason.IN_ORDER),
    /** It broke. */
    RESET(CloseReason.RESET),
    /** We closed it. */
    CLOSED_BY_US(CloseReason.CUT_OFF_BY_US);

    private final CloseReason disconnect;

    Ending(CloseReason disconnect) {
        this.disconnect = disconnect;
    }

    /** What it means for the application whose driver was at the other end. */
    CloseReason asDisconnect() {
        return disconnect;
    }
}
