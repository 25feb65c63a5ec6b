package dev.mesosshuffle.api;

import dev.mesosshuffle.admin.ApplicationOperations;
import dev.mesosshuffle.admin.ControlException;
import dev.mesosshuffle.liveness.OperationRefusedException;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.web.HttpFailure;
import dev.mesosshuffle.web.RequestRoute;
import dev.mesosshuffle.web.WebRequest;
import dev.mesosshuffle.web.WebResponse;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators do with applications over HTTP: the same as on the control socket. Each is logged with who asked. For any thread
 * but event loops; waits for the store, for a bounded time.
 */
public final class OperationRoutes {
    private static final Logger logger = LoggerFactory.getLogger(OperationRoutes.class);

    private final ApplicationOperations operations;
    private final StatusSource status;

    /**
     * Creates the routes.
     *
     * @param operations carry out what is asked
     * @param status knows which applications there are
     */
    public OperationRoutes(ApplicationOperations operations, StatusSource status) {
        this.operations = operations;
        this.status = status;
    }

    /** Returns the routes. */
    public List<RequestRoute> all() {
        return List.of(
                route("keep", operations::keep),
                route("release", operations::release),
                route("remove", operations::remove));
    }

    private interface Operation {
        String on(String appId) throws OperationRefusedException, ControlException, InterruptedException;
    }

    private RequestRoute route(String name, Operation operation) {
        return RequestRoute.post(
                AdminEndpoint.API,
                "/api/v1/applications/{id}/" + name,
                (request, response) -> carryOut(name, operation, request, response));
    }

    private void carryOut(String name, Operation operation, WebRequest request, WebResponse response)
            throws IOException {
        String appId = request.parameters().getOrDefault("id", "");
        if (status.applications().find(appId) == null) {
            throw ApiRoutes.unknown(appId);
        }
        logger.info(
                "Operator {} at {} asks over HTTP: {} {}",
                request.user(),
                request.client().getHostAddress(),
                name,
                Sanitizer.printable(appId));
        String outcome;
        try {
            outcome = operation.on(appId);
        } catch (OperationRefusedException e) {
            throw new HttpFailure(409, ErrorMessages.oneLine(String.valueOf(e.getMessage())));
        } catch (ControlException e) {
            throw new HttpFailure(503, ErrorMessages.oneLine(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpFailure(503, "the daemon is stopping");
        }
        JsonAnswers.send(response, 200, json -> json.operation(appId, outcome));
    }
}
