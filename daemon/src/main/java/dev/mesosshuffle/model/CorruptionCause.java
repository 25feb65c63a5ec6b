package dev.mesosshuffle.model;

/** Why a reader saw a wrong checksum; the names are those of Spark's {@code checksum.Cause}. */
public enum CorruptionCause {
    /** The bytes on disk are not those that were written. */
    DISK_ISSUE,
    /** The bytes on disk are right, those that arrived were not. */
    NETWORK_ISSUE,
    /** It could not be found out. */
    UNKNOWN_ISSUE,
    /** All checksums agree. */
    CHECKSUM_VERIFY_PASS,
    /** The reader's checksum is of a kind that is not known here. */
    UNSUPPORTED_CHECKSUM_ALGORITHM
}
