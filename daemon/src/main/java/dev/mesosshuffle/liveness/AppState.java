package dev.mesosshuffle.liveness;

/**
 * Where an application stands.
 *
 * <pre>
 *   DRIVER_HEARD &lt;--------> DRIVER_SILENT ---+
 *                                          |--> DEFERRED &lt;--> WAITING_FOR_MASTER --+
 *   WITHOUT_DRIVER ------------------------+        |                            |--> GOING --> gone, and forgotten
 *                                                   +----------------------------+
 *   from everywhere but GOING: --keep--> KEPT --release--> to the left; --remove--> GOING, but not from KEPT
 * </pre>
 *
 * <p>A sign of life leads back to the left from everywhere but from GOING, which is left that way only if the end
 * could not be persisted.
 */
enum AppState {
    /** Alive: its driver was heard within its timeout. */
    DRIVER_HEARD("driverHeard"),
    /** Alive, for all that is known: it has no driver that could be heard (restored, cut off, or never had one). */
    WITHOUT_DRIVER("withoutDriver"),
    /** Its driver has been silent for longer than its timeout. */
    DRIVER_SILENT("driverSilent"),
    /** Its end is due, and put off by a {@link Deferral}. */
    DEFERRED("deferred"),
    /** Its end is due, and the master's word is waited for. */
    WAITING_FOR_MASTER("waitingForMaster"),
    /** An operator wants it to stay: nothing that happens, or does not happen, leads from here but a release. */
    KEPT("kept"),
    /** It is over, no lookup finds it any more, and that is being persisted. */
    GOING("going");

    private final String metric;

    AppState(String metric) {
        this.metric = metric;
    }

    String metric() {
        return metric;
    }
}
