package org.apache.spark.network.crypto;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;

/** Spark's own client of the key exchange, which other packages cannot see. */
public final class SparkKeyExchange {
    private final AuthEngine engine;
    private final AuthMessage challenge;

    public SparkKeyExchange(String appId, String secret, int version) throws GeneralSecurityException {
        engine = new AuthEngine(
                appId,
                secret,
                new TransportConf(
                        "shuffle",
                        new MapConfigProvider(
                                Map.of("spark.network.crypto.authEngineVersion", Integer.toString(version)))));
        challenge = engine.challenge();
    }

    public byte[] challenge() {
        ByteBuf encoded = Unpooled.buffer(challenge.encodedLength());
        challenge.encode(encoded);
        return ByteBufUtil.getBytes(encoded);
    }

    /** Ends the handshake, or throws if the answer is not that of who knows the secret. */
    public void accept(ByteBuffer reply) throws GeneralSecurityException {
        engine.deriveSessionCipher(challenge, AuthMessage.decodeMessage(reply));
    }

    public byte[] key() {
        return cipher().getKey().getEncoded();
    }

    public byte[] receiveIv() {
        return cipher().getInputIv();
    }

    public byte[] sendIv() {
        return cipher().getOutputIv();
    }

    private CtrTransportCipher cipher() {
        return (CtrTransportCipher) engine.sessionCipher();
    }
}
