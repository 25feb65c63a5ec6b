package dev.mesosshuffle.it.spark;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;

/** How the clients are set up and what they register. */
final class Settings {
    static final String SHUFFLE_MANAGER = "org.apache.spark.shuffle.sort.SortShuffleManager";
    static final long REGISTRATION_TIMEOUT_MILLIS = 10_000;

    private static final String SECRET = "spark.authenticate.secret";

    /** The name that Spark's own holder of secrets gives to every user. */
    private static final String USER = "sparkSaslUser";

    private Settings() {}

    /** A closed connection fails its fetches, for another try would hide it, unless the settings ask for one. */
    static TransportConf transport(Map<String, String> conf) {
        Map<String, String> all = new HashMap<>();
        all.put("spark.shuffle.io.maxRetries", "0");
        all.putAll(conf);
        return new TransportConf("shuffle", new MapConfigProvider(all));
    }

    static boolean authenticates(Map<String, String> conf) {
        return conf.containsKey(SECRET);
    }

    /** What an executor knows: one secret, whichever application is asked for; null without authentication. */
    static SecretKeyHolder secrets(Map<String, String> conf) {
        String secret = conf.get(SECRET);
        if (secret == null) {
            return null;
        }
        return new SecretKeyHolder() {
            @Override
            public String getSaslUser(String appId) {
                return USER;
            }

            @Override
            public String getSecretKey(String appId) {
                return secret;
            }
        };
    }
}
