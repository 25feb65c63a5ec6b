package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** What files with secrets mean. Errors name the line, and never show what is in it. */
final class SecretFormats {
    private static final int DELETE = 0x7f;

    private SecretFormats() {}

    /** The Base64 form of all bytes, a final newline included: so does Spark read such a file. */
    static ApplicationSecret encoded(byte[] content) throws SecretException {
        if (content.length == 0) {
            throw new SecretException("empty (expected: a secret)");
        }
        byte[] text = Base64.getEncoder().encode(content);
        ApplicationSecret secret = new ApplicationSecret(text);
        Arrays.fill(text, (byte) 0);
        return secret;
    }

    /** One line of text, with or without a newline at its end. */
    static ApplicationSecret plain(byte[] content) throws SecretException {
        int end = content.length > 0 && content[content.length - 1] == '\n' ? content.length - 1 : content.length;
        return secret(content, 0, end, "");
    }

    /**
     * Lines {@code appId=secret}; empty ones, and those that begin with {@code #}, mean nothing. A file without an application, or
     * whose last line has no end, is likely to be cut off, and an application that is missing in it would get the common secret.
     */
    static Map<String, ApplicationSecret> applications(byte[] content) throws SecretException {
        Map<String, ApplicationSecret> secrets = new HashMap<>();
        int line = 1;
        for (int begin = 0; begin < content.length; line++) {
            int end = indexOf(content, '\n', begin, content.length);
            if (end > begin && content[begin] != '#') {
                addLine(content, begin, end, "line " + line + ": ", secrets);
            }
            begin = end + 1;
        }
        if (secrets.isEmpty()) {
            throw new SecretException("no application in it (expected: lines appId=secret)");
        }
        if (content[content.length - 1] != '\n') {
            throw new SecretException(
                    "line " + (line - 1) + ": no newline at its end (expected: one at the end of each)");
        }
        return Map.copyOf(secrets);
    }

    private static void addLine(
            byte[] content, int begin, int end, String place, Map<String, ApplicationSecret> secrets)
            throws SecretException {
        int equals = indexOf(content, '=', begin, end);
        if (equals == end || equals == begin) {
            throw new SecretException(place + "no application id before an equals sign (expected: appId=secret)");
        }
        String appId = new String(content, begin, equals - begin, StandardCharsets.UTF_8);
        check(content, begin, equals, place);
        if (secrets.putIfAbsent(appId, secret(content, equals + 1, end, place)) != null) {
            throw new SecretException(place + "the same application as in a line before (expected: one secret each)");
        }
    }

    private static ApplicationSecret secret(byte[] content, int begin, int end, String place) throws SecretException {
        if (begin == end) {
            throw new SecretException(place + "no secret (expected: one)");
        }
        check(content, begin, end, place);
        byte[] text = Arrays.copyOfRange(content, begin, end);
        ApplicationSecret secret = new ApplicationSecret(text);
        Arrays.fill(text, (byte) 0);
        return secret;
    }

    /** A blank at an end, or the line end of another system, would make the two ends' secrets differ, and nobody would see it. */
    private static void check(byte[] content, int begin, int end, String place) throws SecretException {
        for (int i = begin; i < end; i++) {
            if ((content[i] >= 0 && content[i] < ' ') || content[i] == DELETE) {
                throw new SecretException(place + "a control character (expected: text of one line)");
            }
        }
        if (content[begin] == ' ' || content[end - 1] == ' ') {
            throw new SecretException(place + "a blank before or after an id or a secret (expected: none)");
        }
        try {
            CharBuffer decoded =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, begin, end - begin));
            Arrays.fill(decoded.array(), '\0');
        } catch (CharacterCodingException e) {
            throw new SecretException(place + "not UTF-8 (expected: text)");
        }
    }

    private static int indexOf(byte[] content, char wanted, int begin, int end) {
        for (int i = begin; i < end; i++) {
            if (content[i] == wanted) {
                return i;
            }
        }
        return end;
    }
}
