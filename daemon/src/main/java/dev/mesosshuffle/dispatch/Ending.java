package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.liveness.Disconnect;

/** How a connection ended. */
public enum Ending {
    /** The peer closed it, as a process that ends does. */
    CLOSED_BY_PEER(Disconnect.IN_ORDER),
    /** It broke. */
    RESET(Disconnect.RESET),
    /** We closed it. */
    CLOSED_BY_US(Disconnect.CUT_OFF_BY_US);

    private final Disconnect disconnect;

    Ending(Disconnect disconnect) {
        this.disconnect = disconnect;
    }

    /** What it means for the application whose driver was at the other end. */
    Disconnect asDisconnect() {
        return disconnect;
    }
}
