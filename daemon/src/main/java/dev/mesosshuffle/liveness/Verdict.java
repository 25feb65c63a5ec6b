package dev.mesosshuffle.liveness;

/** What an application's judgement of itself comes to. */
enum Verdict {
    /** Nothing says that it is over. */
    ALIVE,
    /** It would be over, but its files were used lately. */
    DEFERRED,
    /** It is over. */
    OVER
}
