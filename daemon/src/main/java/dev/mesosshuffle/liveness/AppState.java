package dev.mesosshuffle.liveness;

/**
 * The states of an application.
 *
 * <pre>
 *   DRIVER_ALIVE &lt;--------> DRIVER_UNRESPONSIVE ---+
 *                                                |--> DEFERRED &lt;--> WAITING_FOR_MASTER --+
 *   DRIVERLESS ----------------------------------+        |                            |--> REMOVING --> forgotten
 *                                                         +----------------------------+
 *   from all but REMOVING: --keep--> KEPT --release--> to the left; --remove--> REMOVING, but not from KEPT
 * </pre>
 *
 * <p>A liveness signal leads back to the left from all states but REMOVING, which is left that way only if the removal
 * could not be persisted.
 */
enum AppState {
    /** Its driver sent a heartbeat within its timeout. */
    DRIVER_ALIVE("alive"),
    /** It has no driver that could send heartbeats: restored, its connection closed by this service, or never had one. */
    DRIVERLESS("driverless"),
    /** Its driver missed its heartbeat timeout. */
    DRIVER_UNRESPONSIVE("unresponsive"),
    /** Its expiry is due, and postponed by a {@link Deferral}. */
    DEFERRED("deferred"),
    /** Its expiry is due, and waits for the Mesos master. */
    WAITING_FOR_MASTER("waitingForMaster"),
    /** An operator keeps it: only a release leads from here. */
    KEPT("kept"),
    /** It expired: no lookup finds it any more, and its removal is being persisted. */
    REMOVING("removing");

    private final String label;

    AppState(String label) {
        this.label = label;
    }

    /** Returns its name in metrics, in the log, and for operators. */
    String label() {
        return label;
    }
}
