package dev.mesosshuffle.model;

/** How a driver's connection ended; each says something else about the driver. */
public enum CloseReason {
    /** The driver's host closed it, as it does when the process ends. */
    IN_ORDER,
    /** It broke: the driver may live on, but can no longer be heard. */
    RESET,
    /** This service closed it: the driver lives on, never connects again, and cannot be heard. */
    CUT_OFF_BY_US
}
