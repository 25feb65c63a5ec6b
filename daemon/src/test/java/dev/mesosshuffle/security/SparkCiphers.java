package dev.mesosshuffle.security;

import io.netty.channel.Channel;
import java.util.Properties;
import java.util.Random;
import javax.crypto.spec.SecretKeySpec;
import org.apache.spark.network.crypto.CtrTransportCipher;
import org.apache.spark.network.crypto.GcmTransportCipher;

/** Spark's own ciphers, at a client's end of a connection whose keys are fixed. */
final class SparkCiphers {
    static final byte[] V1_KEY = bytes(32, 1);
    static final byte[] V2_KEY = bytes(16, 2);

    /** With which the service sends. */
    static final byte[] SEND_IV = bytes(16, 3);

    static final byte[] RECEIVE_IV = bytes(16, 4);

    private SparkCiphers() {}

    static byte[] key(KeyVersion version) {
        return version == KeyVersion.V1 ? V1_KEY : V2_KEY;
    }

    static void addTo(Channel channel, AesMode mode, byte[] key) throws Exception {
        SecretKeySpec spec = new SecretKeySpec(key, "AES");
        if (mode == AesMode.GCM) {
            new GcmTransportCipher(spec).addToChannel(channel);
        } else {
            Properties jdkOnly = new Properties();
            jdkOnly.setProperty("commons.crypto.cipher.classes", "org.apache.commons.crypto.cipher.JceCipher");
            new CtrTransportCipher(jdkOnly, spec, SEND_IV, RECEIVE_IV).addToChannel(channel);
        }
    }

    /** Pseudorandom bytes, always the same for a seed. */
    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
