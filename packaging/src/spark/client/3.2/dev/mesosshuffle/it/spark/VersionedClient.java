package dev.mesosshuffle.it.spark;

import java.util.Map;

/** The client of Spark 3.2 and later, which also asks why a block is corrupt. */
public final class VersionedClient extends BlockStoreAdapter {
    public VersionedClient(String host, int port, String appId, Map<String, String> conf) {
        super(host, port, appId, conf);
    }

    @Override
    public String diagnoseCorruption(
            String execId, int shuffleId, long mapId, int reduceId, long checksum, String algorithm) {
        return client.diagnoseCorruption(host, port, execId, shuffleId, mapId, reduceId, checksum, algorithm)
                .name();
    }
}
