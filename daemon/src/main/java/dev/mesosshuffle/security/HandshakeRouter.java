package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes each message of a connection to the handshake that its first byte names. Whatever a client sends, and in whatever
 * order, is answered by an outcome.
 *
 * <p>As with Spark's service, a client whose handshake is not admitted here may go on with SASL, once.
 */
final class HandshakeRouter implements ServerHandshake {
    private static final Logger logger = LoggerFactory.getLogger(HandshakeRouter.class);

    /** Clients 2.2.0 send it instead of the application's id, of which they know nothing yet in this handshake. */
    private static final String USER_OF_ALL = "sparkSaslUser";

    private final AuthenticationSettings settings;
    private final SecretLookup secrets;
    private final ChallengeHandshake challenge;
    private final KeyExchangeHandshake keyExchange;
    private @Nullable SaslHandshake sasl;
    private boolean hasRetried;
    private boolean isOver;

    HandshakeRouter(
            AuthenticationSettings settings,
            SecretLookup secrets,
            ChallengeHandshake challenge,
            KeyExchangeHandshake keyExchange) {
        this.settings = settings;
        this.secrets = secrets;
        this.challenge = challenge;
        this.keyExchange = keyExchange;
    }

    @Override
    public HandshakeOutcome answer(byte[] message) {
        HandshakeOutcome outcome = outcome(message);
        boolean mayGoOn = outcome instanceof HandshakeOutcome.Continued
                || (outcome instanceof HandshakeOutcome.Refused refused && refused.mayRetry());
        isOver |= !mayGoOn;
        if (outcome instanceof HandshakeOutcome.Refused) {
            close();
        }
        return outcome;
    }

    private HandshakeOutcome outcome(byte[] message) {
        try {
            if (isOver) {
                throw HandshakeException.malformed("a second handshake (expected: one)");
            }
            if (message.length > MAX_MESSAGE_BYTES) {
                throw HandshakeException.malformed(
                        "message of " + message.length + " bytes (expected: up to " + MAX_MESSAGE_BYTES + ")");
            }
            return route(message);
        } catch (HandshakeException e) {
            return new HandshakeOutcome.Refused(e.error(), claimedAppId(message), e.reason(), false);
        } catch (GeneralSecurityException | RuntimeException e) {
            // No client is known to cause one, and none may make lines of a log.
            logger.debug("A handshake failed", e);
            return new HandshakeOutcome.Refused(
                    RefusalTexts.FAILED, claimedAppId(message), RefusalReason.MALFORMED, false);
        }
    }

    private HandshakeOutcome route(byte[] message) throws HandshakeException, GeneralSecurityException {
        byte tag = message.length == 0 ? 0 : message[0];
        if (sasl != null && tag != MessageTags.SASL) {
            throw new HandshakeException(RefusalReason.MALFORMED, RefusalTexts.NO_SASL);
        }
        return switch (tag) {
            case MessageTags.SASL -> answerSasl(message);
            case MessageTags.CHALLENGE -> answerChallenge(message);
            case MessageTags.KEY_EXCHANGE ->
                settings.crypto() ? keyExchange.answer(message) : refusedButForSasl(message);
            default -> throw new HandshakeException(RefusalReason.NO_HANDSHAKE, noHandshake());
        };
    }

    private HandshakeOutcome answerSasl(byte[] message) throws HandshakeException {
        if (!settings.sasl()) {
            throw new HandshakeException(RefusalReason.NOT_ADMITTED, RefusalTexts.UNKNOWN_CHALLENGE);
        }
        if (sasl == null) {
            sasl = new SaslHandshake(settings, secrets);
        }
        return sasl.answer(message);
    }

    private HandshakeOutcome answerChallenge(byte[] message) throws HandshakeException, GeneralSecurityException {
        if (!ChallengeHandshake.isAdmitted(settings)) {
            return refusedButForSasl(message);
        }
        if (claimedAppId(message).equals(USER_OF_ALL)) {
            return refused(message, RefusalTexts.FAILED, RefusalReason.NOT_ADMITTED);
        }
        return challenge.answer(message);
    }

    private HandshakeOutcome.Refused refusedButForSasl(byte[] message) {
        return refused(message, noHandshake(), RefusalReason.NOT_ADMITTED);
    }

    private HandshakeOutcome.Refused refused(byte[] message, String error, RefusalReason reason) {
        boolean mayRetry = settings.sasl() && !hasRetried;
        hasRetried = true;
        return new HandshakeOutcome.Refused(error, claimedAppId(message), reason, mayRetry);
    }

    private String noHandshake() {
        return settings.sasl() ? RefusalTexts.NO_SASL : RefusalTexts.UNKNOWN_CHALLENGE;
    }

    /** In all kinds of messages it is the first field. */
    private static String claimedAppId(byte[] message) {
        if (message.length == 0 || !MessageTags.isHandshake(message[0])) {
            return "";
        }
        try {
            FieldReader fields = new FieldReader(message);
            fields.tag();
            return ClaimedAppId.read(fields);
        } catch (HandshakeException e) {
            return "";
        }
    }

    @Override
    public void close() {
        if (sasl != null) {
            sasl.close();
        }
    }
}
