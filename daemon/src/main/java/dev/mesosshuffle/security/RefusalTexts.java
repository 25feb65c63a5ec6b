package dev.mesosshuffle.security;

/** Answers to refused clients. Where Spark's service has an answer, its first line, by which operators search. */
final class RefusalTexts {
    /** To what is not a handshake that is admitted; clients of {@code spark.network.crypto} go on with SASL. */
    static final String NO_SASL = "java.lang.IllegalStateException: Expected SaslMessage, received something else"
            + " (maybe your client does not have SASL enabled?)";

    /** To what is not a handshake where SASL is not admitted. */
    static final String UNKNOWN_CHALLENGE = "java.lang.IllegalArgumentException: Unknown challenge message.";

    /** To a failed proof. */
    static final String FAILED = "java.lang.IllegalArgumentException: Authentication failed.";

    /** To a failed proof by SASL. */
    static final String FAILED_SASL =
            "java.lang.RuntimeException: javax.security.sasl.SaslException: DIGEST-MD5: digest"
                    + " response format violation. Mismatched response.";

    private RefusalTexts() {}

    /** Of Spark's form, but about what Spark does not check. */
    static String illegalArgument(String detail) {
        return "java.lang.IllegalArgumentException: " + detail;
    }
}
