package org.apache.spark.network.sasl;

import io.netty.channel.Channel;

/** Reaches Spark's handlers for encryption by SASL, which only its own package sees. */
public final class SaslEncryptionAccess {
    private SaslEncryptionAccess() {}

    public static void addToChannel(Channel channel, SparkSaslClient client, int maxBlockBytes) {
        SaslEncryption.addToChannel(channel, client, maxBlockBytes);
    }
}
