package dev.mesosshuffle.liveness;

/** How an application looks to an operator. */
enum AppState {
    /** Its driver was heard within its timeout. */
    DRIVER_HEARD("driverHeard"),
    /** Its driver has been silent for longer, and its end is near, unless its files are in use. */
    DRIVER_SILENT("driverSilent"),
    /** It has no driver that could be heard: it was restored, cut off, or never had one. */
    WITHOUT_DRIVER("withoutDriver");

    private final String metric;

    AppState(String metric) {
        this.metric = metric;
    }

    String metric() {
        return metric;
    }
}
