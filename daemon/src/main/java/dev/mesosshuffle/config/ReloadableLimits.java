package dev.mesosshuffle.config;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The current values of the limits that may change while the daemon runs. For any thread. */
public final class ReloadableLimits {
    private final List<Runnable> tasks = new CopyOnWriteArrayList<>();
    private volatile ServiceConfig config;

    /** Creates limits with the values of a configuration. */
    public ReloadableLimits(ServiceConfig config) {
        this.config = config;
    }

    /** Takes the values of another configuration. */
    public void change(ServiceConfig newer) {
        config = newer;
        tasks.forEach(Runnable::run);
    }

    /** From now on each change also runs a task that rereads what a setting names, such as a certificate. */
    public void onChange(Runnable task) {
        tasks.add(task);
    }

    /** How many files may be deleted under one root, per second; 0 for no limit. */
    public int deletionRate() {
        return config.cleanup().deletionRate();
    }

    /** How many chunks may be in transfer at one time, over all connections. */
    public long maxChunksBeingTransferred() {
        return config.transport().maxChunksBeingTransferred();
    }
}
