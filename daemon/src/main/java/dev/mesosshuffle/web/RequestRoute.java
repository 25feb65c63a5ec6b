package dev.mesosshuffle.web;

import dev.mesosshuffle.model.AdminEndpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What answers requests for a path.
 *
 * @param method {@code GET}, which answers {@code HEAD} too, or {@code POST}
 * @param segments the parts of the path between slashes; {@code {NAME}} is a parameter
 * @param endpoint which part of the server it belongs to
 * @param handler answers
 */
public record RequestRoute(String method, List<String> segments, AdminEndpoint endpoint, RouteHandler handler) {
    static final String GET = "GET";
    static final String POST = "POST";

    /** Keeps its own copy of the path. */
    public RequestRoute {
        segments = List.copyOf(segments);
    }

    /**
     * A route that only reads.
     *
     * @param endpoint which part of the server it belongs to
     * @param path such as {@code /api/v1/applications/{id}}
     * @param handler answers
     */
    public static RequestRoute get(AdminEndpoint endpoint, String path, RouteHandler handler) {
        return new RequestRoute(GET, segments(path), endpoint, handler);
    }

    /**
     * A route that changes something, and needs a token in any case.
     *
     * @param endpoint which part of the server it belongs to
     * @param path such as {@code /api/v1/applications/{id}/keep}
     * @param handler answers
     */
    public static RequestRoute post(AdminEndpoint endpoint, String path, RouteHandler handler) {
        return new RequestRoute(POST, segments(path), endpoint, handler);
    }

    static List<String> segments(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    /** Returns whether its answers are short and made of what is in memory. */
    boolean isFromMemory() {
        return endpoint == AdminEndpoint.HEALTH;
    }

    boolean changesSomething() {
        return method.equals(POST);
    }

    /** Returns the parameters of a path, by its decoded segments; null if it is another route's. */
    @Nullable
    Map<String, String> match(List<String> path) {
        if (path.size() != segments.size()) {
            return null;
        }
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String expected = segments.get(i);
            if (expected.startsWith("{")) {
                parameters.put(expected.substring(1, expected.length() - 1), path.get(i));
            } else if (!expected.equals(path.get(i))) {
                return null;
            }
        }
        return parameters;
    }
}
