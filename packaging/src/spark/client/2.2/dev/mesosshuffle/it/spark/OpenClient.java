package dev.mesosshuffle.it.spark;

import java.util.Map;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.shuffle.ExternalShuffleClient;

/** A client whose connections are within reach. */
final class OpenClient extends ExternalShuffleClient {
    OpenClient(Map<String, String> conf, String appId) {
        super(Settings.transport(conf), Settings.secrets(conf), Settings.authenticates(conf));
        init(appId);
    }

    TransportClient connection(String host, int port) throws Exception {
        return clientFactory.createClient(host, port);
    }
}
