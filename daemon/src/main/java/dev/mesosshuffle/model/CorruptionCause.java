package dev.mesosshuffle.model;

/** Why a reader saw a wrong checksum; the names are those of Spark's {@code checksum.Cause}. */
public enum CorruptionCause {
    /** The bytes on disk are not those that were written. */
    DISK_ISSUE,
    /** The bytes on disk are right, those that arrived were not. */
    NETWORK_ISSUE,
    /** The cause could not be determined. */
    UNKNOWN_ISSUE,
    /** All checksums agree. */
    CHECKSUM_VERIFY_PASS,
    /** The reader's checksum algorithm is unknown here. */
    UNSUPPORTED_CHECKSUM_ALGORITHM
}
