package dev.mesosshuffle.security;

/** A client's message of SASL: {@code EA | appId | token}. */
final class SaslRequest {
    private final String appId;
    private final byte[] token;

    private SaslRequest(String appId, byte[] token) {
        this.appId = appId;
        this.token = token;
    }

    static SaslRequest decode(byte[] message) throws HandshakeException {
        FieldReader fields = new FieldReader(message);
        fields.tag();
        SaslRequest request =
                new SaslRequest(ClaimedAppId.read(fields), fields.bytes("token", 0, ServerHandshake.MAX_MESSAGE_BYTES));
        fields.end();
        return request;
    }

    String appId() {
        return appId;
    }

    byte[] token() {
        return token;
    }
}
