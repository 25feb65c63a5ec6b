package dev.mesosshuffle.liveness;

/** Why an end that is due is put off. */
enum Deferral {
    /** Its files are being used: an executor registered, or blocks were asked for, within its timeout. */
    ACTIVITY("activity", "its files are in use"),
    /** Somebody writes into its dirs. */
    FILES("files", "files changed in its local dirs"),
    /** The Mesos master lists it among the frameworks that live. */
    MASTER("master", "the Mesos master lists it as a framework that lives");

    private final String metric;
    private final String text;

    Deferral(String metric, String text) {
        this.metric = metric;
        this.text = text;
    }

    String metric() {
        return metric;
    }

    /** For people. */
    String text() {
        return text;
    }
}
