package dev.mesosshuffle.security;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.Map;

/** What follows from a key exchange: the keys and the start values of both directions. */
final class SessionKeys {
    private static final int DERIVED_BYTES = 16;

    /** Spark names the directions as its client sees them; the client receives with this one. */
    private static final byte[] TO_CLIENT = "inputIv".getBytes(US_ASCII);

    private static final byte[] FROM_CLIENT = "outputIv".getBytes(US_ASCII);
    private static final byte[] DERIVED_KEY = "derivedKey".getBytes(US_ASCII);

    private SessionKeys() {}

    /**
     * Derives them.
     *
     * @param sharedSecret on which both sides agreed; kept if the first version of the key is admitted
     * @param request the client's whole message
     * @param reply the whole answer
     */
    static AesSession derive(byte[] sharedSecret, byte[] request, byte[] reply, AuthenticationSettings settings)
            throws GeneralSecurityException {
        byte[] transcript = ByteBuffer.allocate(request.length + reply.length)
                .put(request)
                .put(reply)
                .array();
        Map<KeyVersion, byte[]> keys = new EnumMap<>(KeyVersion.class);
        for (KeyVersion version : settings.keyVersions()) {
            keys.put(
                    version,
                    switch (version) {
                        case V1 -> sharedSecret;
                        case V2 -> HkdfSha256.derive(sharedSecret, transcript, DERIVED_KEY, DERIVED_BYTES);
                    });
        }
        return new AesSession(
                keys,
                settings.modes(),
                HkdfSha256.derive(sharedSecret, transcript, TO_CLIENT, DERIVED_BYTES),
                HkdfSha256.derive(sharedSecret, transcript, FROM_CLIENT, DERIVED_BYTES));
    }
}
