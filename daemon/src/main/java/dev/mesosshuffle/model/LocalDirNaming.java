package dev.mesosshuffle.model;

/** Which names a local dir may have. Whatever bears such a name under a root may be deleted one day. */
public enum LocalDirNaming {
    /** What Spark gives: {@code blockmgr-UUID}. */
    SPARK,
    /** {@code blockmgr-*}. */
    ANY
}
