package dev.mesosshuffle.liveness;

/** Why an end that is due is put off. */
enum Deferral {
    /** Its files are being used: an executor registered, or blocks were asked for, within its timeout. */
    ACTIVITY("activity", "its files were in use within the last %s"),
    /** Somebody writes into its dirs. */
    FILES("files", "files changed in its local dirs within the last %s"),
    /** The Mesos master lists it among the frameworks that live. */
    MASTER("master", "the Mesos master lists it as a framework that lives"),
    /** Whether somebody writes into its dirs cannot be told: they, or some of what is in them, could not be looked at. */
    UNKNOWN("unknown", "whether files changed in its local dirs within the last %s cannot be told");

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
     * For people.
     *
     * @param quietTime how long its files must be quiet
     */
    String text(String quietTime) {
        return text.formatted(quietTime);
    }
}
