package dev.mesosshuffle;

import dev.mesosshuffle.config.ServiceConfig;

/** The limits that may change while the daemon runs, as they are now. For any thread. */
public final class ReloadableLimits {
    private volatile ServiceConfig config;

    public ReloadableLimits(ServiceConfig config) {
        this.config = config;
    }

    /** Takes those of another configuration over. */
    public void change(ServiceConfig newer) {
        config = newer;
    }

    int deletionRate() {
        return config.deletionRate();
    }

    long maxChunksBeingTransferred() {
        return config.transport().maxChunksBeingTransferred();
    }
}
