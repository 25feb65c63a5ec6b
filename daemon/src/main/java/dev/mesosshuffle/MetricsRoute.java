package dev.mesosshuffle;

import dev.mesosshuffle.metrics.PrometheusExposition;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.web.RequestRoute;
import dev.mesosshuffle.web.WebRequest;
import dev.mesosshuffle.web.WebResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Serves all metrics at {@code /metrics}, in the format that the client asks for. */
final class MetricsRoute {
    private static final int OK = 200;

    /** What a service with a few roots has. */
    private static final int USUAL_BYTES = 64 * 1024;

    private final PrometheusExposition metrics;

    MetricsRoute(PrometheusExposition metrics) {
        this.metrics = metrics;
    }

    RequestRoute route() {
        return RequestRoute.get(AdminEndpoint.METRICS, "/metrics", this::answer);
    }

    private void answer(WebRequest request, WebResponse response) throws IOException {
        String accept = request.headers().get("accept");
        ByteArrayOutputStream body = new ByteArrayOutputStream(USUAL_BYTES);
        metrics.write(accept, body);
        response.send(OK, metrics.contentType(accept), body.toByteArray());
    }
}
