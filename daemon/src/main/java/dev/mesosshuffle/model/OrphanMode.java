package dev.mesosshuffle.model;

/** How orphan directories are treated, which no registry names and nobody uses. */
public enum OrphanMode {
    /** They are not scanned for. */
    OFF,
    /** They are reported. */
    REPORT,
    /** They are deleted. */
    DELETE
}
