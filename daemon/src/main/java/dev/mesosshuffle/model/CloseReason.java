package dev.mesosshuffle.model;

/** How a connection ended. For the driver at its other end, each reason means something else. */
public enum CloseReason {
    /** The peer closed it, as a process that exits does. */
    CLOSED_BY_PEER,
    /** It failed: the driver may still run, but can no longer send heartbeats. */
    RESET,
    /** This service closed it: the driver still runs, never connects again, and can no longer send heartbeats. */
    CLOSED_LOCALLY
}
