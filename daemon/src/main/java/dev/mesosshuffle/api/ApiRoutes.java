package dev.mesosshuffle.api;

import static dev.mesosshuffle.model.AdminEndpoint.API;

import dev.mesosshuffle.json.StatusJson;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.ApplicationViews;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.web.HttpFailure;
import dev.mesosshuffle.web.PackagedFile;
import dev.mesosshuffle.web.RequestRoute;
import dev.mesosshuffle.web.WebRequest;
import dev.mesosshuffle.web.WebResponse;
import java.io.IOException;
import java.util.List;

/** What can be read under {@code /api/v1/}. For any thread but event loops; waits for no disk. */
public final class ApiRoutes {
    private static final String PREFIX = "/api/v1/";
    private static final String ONE_APPLICATION = PREFIX + "applications/{id}";

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final int MAX_EVENTS = 1000;

    private final StatusSource status;

    /**
     * Creates the routes.
     *
     * @param status what can be seen of the daemon
     */
    public ApiRoutes(StatusSource status) {
        this.status = status;
    }

    /** Returns the routes. */
    public List<RequestRoute> all() {
        return List.of(
                RequestRoute.get(API, PREFIX + "status", this::service),
                RequestRoute.get(API, PREFIX + "applications", this::applications),
                RequestRoute.get(API, ONE_APPLICATION, this::application),
                RequestRoute.get(API, ONE_APPLICATION + "/executors", this::executors),
                RequestRoute.get(API, PREFIX + "disks", this::disks),
                RequestRoute.get(API, PREFIX + "events", this::events),
                RequestRoute.get(API, PREFIX + "load", this::load),
                RequestRoute.get(API, PREFIX + "config", this::configuration),
                RequestRoute.get(
                        API,
                        PREFIX + "openapi.json",
                        new PackagedFile(ApiRoutes.class, "openapi.json", JsonAnswers.TYPE)));
    }

    private void service(WebRequest request, WebResponse response) throws IOException {
        JsonAnswers.send(response, 200, json -> json.service(status.service()));
    }

    private void applications(WebRequest request, WebResponse response) throws IOException {
        sendPage(
                response,
                "applications",
                status.applications().page(request.query().get("after"), limit(request)),
                StatusJson::application);
    }

    private void application(WebRequest request, WebResponse response) throws IOException {
        ApplicationView application = known(request);
        JsonAnswers.send(response, 200, json -> json.application(application));
    }

    private void executors(WebRequest request, WebResponse response) throws IOException {
        String id = known(request).id();
        sendPage(
                response,
                "executors",
                status.applications().executors(id, request.query().get("after"), limit(request)),
                StatusJson::executor);
    }

    private void disks(WebRequest request, WebResponse response) throws IOException {
        JsonAnswers.sendList(response, "disks", status.disks(), StatusJson::disk);
    }

    private void events(WebRequest request, WebResponse response) throws IOException {
        String after = request.query().getOrDefault("after", "0");
        long number;
        try {
            number = Long.parseLong(after);
        } catch (NumberFormatException e) {
            throw new HttpFailure(400, "after (expected: the number of an event)");
        }
        JsonAnswers.sendList(
                response,
                "events",
                status.events().events(number, request.positive("limit", DEFAULT_LIMIT, MAX_EVENTS)),
                StatusJson::event);
    }

    private void load(WebRequest request, WebResponse response) throws IOException {
        JsonAnswers.sendList(response, "samples", status.load().samples(), StatusJson::load);
    }

    private void configuration(WebRequest request, WebResponse response) throws IOException {
        JsonAnswers.sendList(response, "settings", status.configuration(), StatusJson::setting);
    }

    private ApplicationView known(WebRequest request) throws HttpFailure {
        String id = request.parameters().getOrDefault("id", "");
        ApplicationView application = status.applications().find(id);
        if (application == null) {
            throw unknown(id);
        }
        return application;
    }

    static HttpFailure unknown(String id) {
        return new HttpFailure(404, "application " + Sanitizer.printable(id) + " is not registered here");
    }

    private static int limit(WebRequest request) throws HttpFailure {
        return request.positive("limit", DEFAULT_LIMIT, MAX_LIMIT);
    }

    private static <T> void sendPage(
            WebResponse response, String name, ApplicationViews.Page<T> page, JsonAnswers.Item<T> item)
            throws IOException {
        JsonAnswers.send(response, 200, json -> {
            json.beginList(name);
            for (T one : page.items()) {
                item.write(json, one);
            }
            json.endPage(page.next());
        });
    }
}
