package dev.mesosshuffle.it.spark;

import java.util.Map;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;

/** How the clients are set up and what they register. */
final class Settings {
    static final String SHUFFLE_MANAGER = "org.apache.spark.shuffle.sort.SortShuffleManager";
    static final long REGISTRATION_TIMEOUT_MILLIS = 10_000;

    private Settings() {}

    static TransportConf transport(Map<String, String> conf) {
        return new TransportConf("shuffle", new MapConfigProvider(conf));
    }
}
