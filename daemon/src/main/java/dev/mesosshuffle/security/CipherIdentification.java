package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a client's first bytes how it uses AES, which it never announces. A message of AES/GCM begins with its length
 * in clear, and the length of its header, which depends on the key's. A connection in AES/CTR begins with the length of a
 * frame, or with a TLS record, once it is decrypted by the right key. That other bytes look so by chance has a probability
 * below 2^-30, or, inside TLS, 2^-25.
 */
final class CipherIdentification {
    /** The client's first bytes that are needed. Its shortest message is longer in every mode. */
    static final int NEEDED_BYTES = 9;

    /** The key lengths by which Spark's versions differ, for the names of those that are not admitted. */
    private static final Map<KeyVersion, Integer> KEY_BYTES =
            new EnumMap<>(Map.of(KeyVersion.V1, 32, KeyVersion.V2, 16));

    /** The first three bytes of a TLS record with content; the next two are its length. */
    private static final int TLS_RECORD = 0x170303;

    /** The longest content of a TLS record, and what encryption may add. */
    private static final int MAX_TLS_RECORD_BYTES = (1 << 14) + 256;

    private final AesSession session;
    private final boolean tlsInside;

    /**
     * Creates an identification.
     *
     * @param tlsInside whether what is decrypted is TLS, and not Spark's frames
     */
    CipherIdentification(AesSession session, boolean tlsInside) {
        this.session = session;
        this.tlsInside = tlsInside;
    }

    /**
     * Identifies a client.
     *
     * @param first its first {@link #NEEDED_BYTES} bytes
     * @throws ProtectionException if it uses what is not admitted, or nothing that is known
     */
    DetectedCipher identify(byte[] first) throws ProtectionException {
        DetectedCipher detected = identifyGcm(first);
        if (detected == null) {
            detected = identifyCtr(first);
        }
        if (detected == null) {
            throw new ProtectionException("the client's first bytes fit no cipher that is admitted (expected: AES/"
                    + names(session.modes()) + " with a key of version "
                    + names(session.keys().keySet())
                    + "): check spark.network.crypto.cipher and spark.network.crypto.authEngineVersion of both sides");
        }
        if (!session.modes().contains(detected.mode())) {
            throw new ProtectionException(
                    "the client uses AES/" + detected.mode() + ", which is not admitted (expected: AES/"
                            + names(session.modes()) + "): check spark.network.crypto.cipher of both sides");
        }
        if (!session.keys().containsKey(detected.version())) {
            throw new ProtectionException("the client uses a key of version " + detected.version()
                    + ", which is not admitted (expected: "
                    + names(session.keys().keySet())
                    + "): check spark.network.crypto.authEngineVersion of both sides");
        }
        return detected;
    }

    /** A client that uses AES/GCM, admitted or not; null if it does not. */
    private @Nullable DetectedCipher identifyGcm(byte[] first) {
        long messageBytes = ByteBuffer.wrap(first).getLong();
        int headerBytes = first[GcmFormat.LENGTH_BYTES];
        // An admitted key first, whatever its length.
        for (Map.Entry<KeyVersion, byte[]> key : session.keys().entrySet()) {
            if (isGcm(messageBytes, headerBytes, key.getValue().length)) {
                return new DetectedCipher(AesMode.GCM, key.getKey());
            }
        }
        for (Map.Entry<KeyVersion, Integer> length : KEY_BYTES.entrySet()) {
            if (isGcm(messageBytes, headerBytes, length.getValue())) {
                return new DetectedCipher(AesMode.GCM, length.getKey());
            }
        }
        return null;
    }

    private static boolean isGcm(long messageBytes, int headerBytes, int keyBytes) {
        return headerBytes == GcmFormat.headerBytes(keyBytes) && GcmFormat.isPossibleLength(messageBytes, keyBytes);
    }

    /** A client that uses AES/CTR with an admitted key; null if it does not. */
    private @Nullable DetectedCipher identifyCtr(byte[] first) {
        byte[] plain = new byte[NEEDED_BYTES];
        for (Map.Entry<KeyVersion, byte[]> key : session.keys().entrySet()) {
            new CtrStream(key.getValue(), session.receiveIv()).apply(first, NEEDED_BYTES, plain);
            if (tlsInside ? isTlsRecord(plain) : isFrame(plain)) {
                return new DetectedCipher(AesMode.CTR, key.getKey());
            }
        }
        return null;
    }

    private static boolean isFrame(byte[] plain) {
        long frameBytes = ByteBuffer.wrap(plain).getLong();
        // Also a frame that will be refused for its length: its client gets an answer.
        return frameBytes > Long.BYTES && frameBytes <= Integer.MAX_VALUE;
    }

    private static boolean isTlsRecord(byte[] plain) {
        ByteBuffer record = ByteBuffer.wrap(plain);
        return (record.getInt(0) >>> 8) == TLS_RECORD && (record.getShort(3) & 0xffff) <= MAX_TLS_RECORD_BYTES;
    }

    /** In their order, which that of a set is not. */
    private static <E extends Enum<E>> String names(Iterable<E> values) {
        TreeSet<E> sorted = new TreeSet<>();
        values.forEach(sorted::add);
        StringBuilder names = new StringBuilder();
        for (E value : sorted) {
            names.append(names.isEmpty() ? "" : " or ").append(value);
        }
        return names.toString();
    }
}
