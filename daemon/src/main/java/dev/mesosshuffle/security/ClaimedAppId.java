package dev.mesosshuffle.security;

import dev.mesosshuffle.model.IdValidator;

/** The id of the application for which a client begins a handshake. */
final class ClaimedAppId {
    /** Of four bytes at most for each character that an id may have. */
    private static final int MAX_BYTES = 4 * IdValidator.MAX_LENGTH;

    private ClaimedAppId() {}

    static String read(FieldReader fields) throws HandshakeException {
        String appId = fields.text("application id", MAX_BYTES);
        try {
            return IdValidator.check("application id", appId);
        } catch (IllegalArgumentException e) {
            throw HandshakeException.malformed(String.valueOf(e.getMessage()));
        }
    }
}
