package dev.mesosshuffle.web;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;

/** What the admin server counts. For any thread. */
final class AdminServerMetrics {
    private final Counter requests;
    private final Counter rejectedRequests;
    private final Counter authenticationFailures;

    AdminServerMetrics(MetricRegistry metrics) {
        this.requests = metrics.counter("shuffleService.admin.requests");
        this.rejectedRequests = metrics.counter("shuffleService.admin.rejectedRequests");
        this.authenticationFailures = metrics.counter("shuffleService.admin.authenticationFailures");
    }

    /** A request has arrived completely. */
    void requested() {
        requests.inc();
    }

    /** A connection or a request was refused or cut off because of its time or size, or because there were too many. */
    void rejected() {
        rejectedRequests.inc();
    }

    /** Credentials were wrong. */
    void authenticationFailed() {
        authenticationFailures.inc();
    }
}
