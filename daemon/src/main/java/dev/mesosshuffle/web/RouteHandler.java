package dev.mesosshuffle.web;

import java.io.IOException;

/** Answers requests. Runs on one of the admin server's threads, and must wait for no disk and no event loop without a limit. */
@FunctionalInterface
public interface RouteHandler {
    /**
     * Answers a request.
     *
     * @param request the request, which was allowed already
     * @param response where the answer goes; exactly one
     * @throws HttpFailure to answer with an error instead; only before the answer has begun
     * @throws IOException if the client has left, or does not read; the connection is closed
     */
    void handle(WebRequest request, WebResponse response) throws IOException;
}
