package dev.mesosshuffle.driver;

import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.storage.BlockManagerId;
import org.jspecify.annotations.Nullable;

/**
 * What Spark knows of an application now, whatever events were dropped. Confined to one thread at a time. May block for as
 * long as Spark does.
 */
final class ExecutorHosts {
    private final String appId;
    private @Nullable SparkContext context;

    ExecutorHosts(String appId) {
        this.appId = appId;
    }

    /** Returns whether the application has certainly ended. */
    boolean hasEnded() throws ReflectiveOperationException {
        SparkContext known = context();
        return known != null && known.isStopped();
    }

    /** Passes on the hosts of the executors that run now; none if Spark does not report them. */
    void forEach(Consumer<String> action) throws ReflectiveOperationException {
        SparkContext known = context();
        SparkEnv env = SparkEnv.get();
        if (known == null || env == null) {
            return;
        }
        BlockManagerId driver = env.blockManager().blockManagerId();
        for (SparkExecutorInfo executor : known.statusTracker().getExecutorInfos()) {
            // The driver is among them.
            if (executor.port() != driver.port() || !executor.host().equals(driver.host())) {
                action.accept(executor.host());
            }
        }
    }

    /** The context is not active yet when the application's start is announced. */
    private @Nullable SparkContext context() throws ReflectiveOperationException {
        if (context == null) {
            SparkContext active = SparkInternals.activeContext();
            if (active != null && appId.equals(active.applicationId())) {
                context = active;
            }
        }
        return context;
    }
}
