package dev.mesosshuffle.web;

import dev.mesosshuffle.logging.Sanitizer;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All routes. For any thread. */
final class RouteTable {
    private static final String HEAD = "HEAD";

    private final List<RequestRoute> routes;

    RouteTable(List<RequestRoute> routes) {
        this.routes = List.copyOf(routes);
    }

    /**
     * A route that was found.
     *
     * @param parameters the values of its parameters
     */
    record Match(RequestRoute route, Map<String, String> parameters) {}

    /**
     * Finds the route of a request. One without parameters precedes one with.
     *
     * @throws HttpFailure with 404 or 405 if there is none
     */
    Match find(RequestTarget target, String method) throws HttpFailure {
        TreeSet<String> methods = new TreeSet<>();
        Match found = null;
        for (RequestRoute route : routes) {
            Map<String, String> parameters = route.match(target.segments());
            if (parameters == null) {
                continue;
            }
            methods.add(route.method());
            boolean answers = route.method().equals(method)
                    || (method.equals(HEAD) && route.method().equals(RequestRoute.GET));
            if (answers
                    && (found == null || parameters.size() < found.parameters().size())) {
                found = new Match(route, parameters);
            }
        }
        if (found != null) {
            return found;
        }
        if (methods.isEmpty()) {
            throw new HttpFailure(404, "nothing at " + Sanitizer.printable(target.path()));
        }
        if (methods.contains(RequestRoute.GET)) {
            methods.add(HEAD);
        }
        throw HttpFailure.wrongMethod(methods);
    }
}
