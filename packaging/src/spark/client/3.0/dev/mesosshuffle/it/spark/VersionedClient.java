package dev.mesosshuffle.it.spark;

import java.util.Map;

/** The client of Spark 3.0 and 3.1. */
public final class VersionedClient extends BlockStoreAdapter {
    public VersionedClient(String host, int port, String appId, Map<String, String> conf) {
        super(host, port, appId, conf);
    }
}
