package dev.mesosshuffle.liveness;

/** Why an expiry that is due is postponed. */
enum Deferral {
    /** Its files are in use: an executor registered, or blocks were requested, within its timeout. */
    ACTIVITY("activity", "its files were in use within the last %s"),
    /** Files in its directories change. */
    FILES("files", "files changed in its local directories within the last %s"),
    /** The Mesos master lists it among the live frameworks. */
    MASTER("master", "the Mesos master lists it as alive"),
    /** Its directories, or some of what is in them, could not be scanned. */
    UNKNOWN("unknown", "changes in its local directories within the last %s cannot be determined");

    private final String metric;
    private final String text;

    Deferral(String metric, String text) {
        this.metric = metric;
        this.text = text;
    }

    String metric() {
        return metric;
    }

    /**
     * For operators.
     *
     * @param requiredIdleTime how long its files must be idle
     */
    String text(String requiredIdleTime) {
        return text.formatted(requiredIdleTime);
    }
}
