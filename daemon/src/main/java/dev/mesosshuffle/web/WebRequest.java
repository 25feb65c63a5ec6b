package dev.mesosshuffle.web;

import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request without a body that counts.
 *
 * @param method {@code GET} or {@code POST}; a {@code HEAD} is a {@code GET} whose answer's body is not sent
 * @param path the decoded path, which is not printable
 * @param parameters the values of the route's parameters, decoded, not printable
 * @param query the parameters of the query, decoded, not printable; of one name the last counts
 * @param headers the headers by their names in lower case; of one name the first counts
 * @param client the client's address
 * @param user who it is, printable; null if it did not have to tell
 */
public record WebRequest(
        String method,
        String path,
        Map<String, String> parameters,
        Map<String, String> query,
        Map<String, String> headers,
        InetAddress client,
        @Nullable String user) {
    /** Keeps its own copies. */
    public WebRequest {
        parameters = Map.copyOf(parameters);
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /**
     * Returns a number of the query.
     *
     * @param name its name
     * @param otherwise the value if it is missing
     * @param max the highest value; the lowest is 1
     * @throws HttpFailure with 400 if it is none, or out of bounds
     */
    public int positive(String name, int otherwise, int max) throws HttpFailure {
        String text = query.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new HttpFailure(400, name + " (expected: a whole number from 1 to " + max + ")");
    }
}
