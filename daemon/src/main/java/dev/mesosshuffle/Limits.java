package dev.mesosshuffle;

import dev.mesosshuffle.config.ServiceConfig;

/** The limits that may change while the daemon runs, as they are now. For any thread. */
final class Limits {
    private volatile ServiceConfig config;

    Limits(ServiceConfig config) {
        this.config = config;
    }

    /** Takes those of another configuration over. */
    void change(ServiceConfig newer) {
        config = newer;
    }

    int deletionRate() {
        return config.deletionRate();
    }

    long maxChunksBeingTransferred() {
        return config.transport().maxChunksBeingTransferred();
    }
}
