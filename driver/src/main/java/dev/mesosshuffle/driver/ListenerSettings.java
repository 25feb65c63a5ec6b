package dev.mesosshuffle.driver;

import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/** What the application's configuration says to the listener. Immutable. */
final class ListenerSettings {
    static final String HEARTBEAT_TIMEOUT = "spark.mesos.shuffle.service.driver.heartbeatTimeout";

    /** Spark's own default of its timeout. */
    private static final String DEFAULT_TIMEOUT = "120s";

    private static final int DEFAULT_PORT = 7337;
    private static final int MAX_PORT = 65535;

    private final SparkConf conf;
    private final int port;
    private final long timeoutMs;

    private ListenerSettings(SparkConf conf, int port, long timeoutMs) {
        this.conf = conf;
        this.port = port;
        this.timeoutMs = timeoutMs;
    }

    /**
     * Reads the settings of an application.
     *
     * @return null if it uses no shuffle service
     * @throws IllegalArgumentException if a value is not valid
     */
    static @Nullable ListenerSettings of(SparkConf conf) {
        if (!conf.getBoolean("spark.shuffle.service.enabled", false)) {
            return null;
        }
        int port = conf.getInt("spark.shuffle.service.port", DEFAULT_PORT);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "spark.shuffle.service.port: " + port + " (expected: 1 to " + MAX_PORT + ")");
        }
        // Spark takes a bare number as seconds for the one, as drivers on Mesos do, which register with it.
        long timeoutMs = conf.contains(HEARTBEAT_TIMEOUT)
                ? conf.getTimeAsMs(HEARTBEAT_TIMEOUT, DEFAULT_TIMEOUT)
                : TimeUnit.SECONDS.toMillis(conf.getTimeAsSeconds("spark.network.timeout", DEFAULT_TIMEOUT));
        if (timeoutMs < 1) {
            throw new IllegalArgumentException("heartbeat timeout: " + timeoutMs + " ms (expected: at least 1 ms)");
        }
        return new ListenerSettings(conf, port, timeoutMs);
    }

    SparkConf conf() {
        return conf;
    }

    int port() {
        return port;
    }

    /** The heartbeat timeout to register with, in ms. */
    long timeoutMs() {
        return timeoutMs;
    }
}
