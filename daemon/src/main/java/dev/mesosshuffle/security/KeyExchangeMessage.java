package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Either side's message of the key exchange: {@code FB | appId | salt | public key}, the last encrypted under the secret. Each
 * field has one possible length, but for the id.
 */
final class KeyExchangeMessage {
    static final int SALT_BYTES = 16;

    private final String appId;
    private final byte[] salt;
    private final byte[] sealedKey;

    KeyExchangeMessage(String appId, byte[] salt, byte[] sealedKey) {
        this.appId = appId;
        this.salt = salt;
        this.sealedKey = sealedKey;
    }

    static KeyExchangeMessage decode(byte[] message) throws HandshakeException {
        FieldReader fields = new FieldReader(message);
        fields.tag();
        KeyExchangeMessage decoded = new KeyExchangeMessage(
                ClaimedAppId.read(fields),
                fields.bytes("salt", SALT_BYTES, SALT_BYTES),
                fields.bytes("public key", PublicKeySeal.SEALED_BYTES, PublicKeySeal.SEALED_BYTES));
        fields.end();
        return decoded;
    }

    byte[] encode() {
        byte[] id = appId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 3 * Integer.BYTES + id.length + salt.length + sealedKey.length)
                .put(MessageTags.KEY_EXCHANGE)
                .putInt(id.length)
                .put(id)
                .putInt(salt.length)
                .put(salt)
                .putInt(sealedKey.length)
                .put(sealedKey)
                .array();
    }

    String appId() {
        return appId;
    }

    byte[] salt() {
        return salt;
    }

    byte[] sealedKey() {
        return sealedKey;
    }
}
