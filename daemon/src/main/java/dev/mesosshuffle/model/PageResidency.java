package dev.mesosshuffle.model;

/** Whether a part of a file is in the page cache, as far as that is known without waiting for the disk. */
public enum PageResidency {
    /** All of it is there: sending it does not wait for the disk. */
    RESIDENT,

    /** Some of it is not there: sending it would wait for the disk. */
    MISSING,

    /** It is not known. */
    UNKNOWN
}
