package dev.mesosshuffle.driver;

import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerApplicationStart;
import org.apache.spark.scheduler.SparkListenerBlockManagerAdded;
import org.apache.spark.storage.BlockManagerId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an application's driver registered with the shuffle services of its hosts, so that each of them notices within
 * two timeouts that the application has ended, also after a restart of the service. To be named in {@code
 * spark.extraListeners}; Spark creates it.
 *
 * <p><b>Concurrency:</b> Spark calls the methods on one thread of its listener bus. They never block, and never throw: an
 * exception here could end the application, or remove the listener. All work is done on threads of {@link
 * HeartbeatService}.
 */
public final class ShuffleServiceListener extends SparkListener {
    private static final Logger logger = LoggerFactory.getLogger(ShuffleServiceListener.class);

    private final @Nullable ListenerSettings settings;

    private @Nullable HeartbeatService service;

    /**
     * Creates the listener of one application.
     *
     * @param conf the application's configuration
     */
    public ShuffleServiceListener(SparkConf conf) {
        this.settings = settingsOf(conf);
    }

    private static @Nullable ListenerSettings settingsOf(SparkConf conf) {
        try {
            ListenerSettings settings = ListenerSettings.of(conf);
            if (settings == null) {
                logger.info("spark.shuffle.service.enabled is false: there is no shuffle service to register with");
            }
            return settings;
        } catch (Throwable e) {
            failed("The shuffle service listener is not configured correctly and does nothing", e);
            return null;
        }
    }

    @Override
    public void onApplicationStart(SparkListenerApplicationStart event) {
        try {
            if (settings != null && service == null && event.appId().isDefined()) {
                service = HeartbeatService.start(settings, event.appId().get());
            }
        } catch (Throwable e) {
            failed("The shuffle service listener could not start and does nothing", e);
        }
    }

    @Override
    public void onBlockManagerAdded(SparkListenerBlockManagerAdded event) {
        try {
            BlockManagerId blockManager = event.blockManagerId();
            if (service != null && !blockManager.isDriver()) {
                service.addHost(blockManager.host());
            }
        } catch (Throwable e) {
            failed("The shuffle service listener missed an executor", e);
        }
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd event) {
        try {
            if (service != null) {
                service.stop();
            }
        } catch (Throwable e) {
            failed("The shuffle service listener did not stop in order", e);
        }
    }

    private static void failed(String what, Throwable reason) {
        try {
            logger.warn("{}; the application is not affected", what, reason);
        } catch (Throwable e) {
            // There may be no memory to log it. The application comes first.
            reason.addSuppressed(e);
        }
    }
}
