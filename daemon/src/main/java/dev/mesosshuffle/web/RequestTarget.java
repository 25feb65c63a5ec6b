package dev.mesosshuffle.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a request asks for.
 *
 * @param path the decoded path
 * @param segments its parts between slashes, each decoded, so that one may contain a slash
 * @param query the parameters of the query, decoded
 */
record RequestTarget(String path, List<String> segments, Map<String, String> query) {
    private static final int MAX_PARAMETERS = 32;
    private static final int HEX = 16;

    RequestTarget {
        segments = List.copyOf(segments);
        query = Map.copyOf(query);
    }

    /**
     * Reads the target of a request line, whose length is limited already.
     *
     * @throws HttpFailure with 400 if it is no path, or not encoded as UTF-8
     */
    static RequestTarget parse(String text) throws HttpFailure {
        if (!text.startsWith("/")) {
            throw new HttpFailure(400, "target of the request (expected: a path)");
        }
        int end = text.indexOf('#') < 0 ? text.length() : text.indexOf('#');
        int mark = text.indexOf('?');
        int pathEnd = mark < 0 || mark > end ? end : mark;
        List<String> segments = new ArrayList<>();
        for (String segment : text.substring(1, pathEnd).split("/", -1)) {
            segments.add(decode(segment, false));
        }
        Map<String, String> query = new LinkedHashMap<>();
        if (pathEnd < end) {
            for (String pair : text.substring(pathEnd + 1, end).split("&", MAX_PARAMETERS)) {
                int equals = pair.indexOf('=');
                if (!pair.isEmpty()) {
                    query.put(
                            decode(equals < 0 ? pair : pair.substring(0, equals), true),
                            equals < 0 ? "" : decode(pair.substring(equals + 1), true));
                }
            }
        }
        return new RequestTarget('/' + String.join("/", segments), segments, query);
    }

    private static String decode(String text, boolean isForm) throws HttpFailure {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < text.length()) {
                int high = Character.digit(text.charAt(i + 1), HEX);
                int low = Character.digit(text.charAt(i + 2), HEX);
                if (high < 0 || low < 0) {
                    throw badEncoding();
                }
                bytes.put((byte) (high * HEX + low));
                i += 2;
            } else if (c == '%' || c > '~' || c <= ' ') {
                throw badEncoding();
            } else {
                bytes.put((byte) (isForm && c == '+' ? ' ' : c));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw badEncoding();
        }
    }

    private static HttpFailure badEncoding() {
        return new HttpFailure(400, "encoding of the request's target (expected: UTF-8, percent-encoded)");
    }
}
