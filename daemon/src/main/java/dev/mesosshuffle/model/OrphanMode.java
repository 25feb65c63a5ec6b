package dev.mesosshuffle.model;

/** What is done about dirs that no registry names and nobody uses. */
public enum OrphanMode {
    /** They are not searched for. */
    OFF,
    /** The operator is told of them. */
    REPORT,
    /** They are deleted. */
    DELETE
}
