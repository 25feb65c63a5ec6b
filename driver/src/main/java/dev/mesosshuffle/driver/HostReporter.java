package dev.mesosshuffle.driver;

import java.util.ArrayList;
import java.util.List;

/**
 * Logs what became of hosts, once each time, and in one line for all of them between two flushes: a whole rack may be lost
 * at once.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class HostReporter {
    private static final int MAX_NAMES = 20;
    private static final int MAX_REASON = 200;

    private final ReportLog log;
    private final int port;

    private final HostList registered = new HostList();
    private final HostList absent = new HostList();
    private final HostList lost = new HostList();
    private final HostList returned = new HostList();

    HostReporter(ReportLog log, int port) {
        this.log = log;
        this.port = port;
    }

    /** The hosts of one line; guarded by the reporter. */
    private static final class HostList {
        private final List<String> names = new ArrayList<>();
        private int more;
        private String reason = "";

        void add(String host, String why) {
            if (names.size() < MAX_NAMES) {
                names.add(host);
            } else {
                more++;
            }
            reason = why;
        }

        /** Returns the names, and forgets them; empty if there are none. */
        String take() {
            String text = String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
            names.clear();
            more = 0;
            return text;
        }
    }

    /** The driver registered at a host for the first time. */
    synchronized void registered(String host) {
        registered.add(host, "");
    }

    /** The driver could not register at a host since the host is known. */
    synchronized void absent(String host, Throwable reason) {
        absent.add(host, text(reason));
    }

    /** The connection to a host ended. */
    synchronized void lost(String host) {
        lost.add(host, "");
    }

    /** The driver registered again at a host that was lost. */
    synchronized void returned(String host) {
        returned.add(host, "");
    }

    /** Logs what was reported since the last time. */
    synchronized void flush() {
        String hosts = registered.take();
        if (!hosts.isEmpty()) {
            log.info("Registered with the shuffle service (port " + port + ") of " + hosts);
        }
        hosts = absent.take();
        if (!hosts.isEmpty()) {
            log.warn("Cannot register with a shuffle service (port " + port + ") of " + hosts + ": " + absent.reason
                    + ". The application is not affected as long as it finds its shuffle files; trying on");
        }
        hosts = lost.take();
        if (!hosts.isEmpty()) {
            log.warn("Lost the connection to the shuffle service (port " + port + ") of " + hosts
                    + "; registering again as soon as it is back");
        }
        hosts = returned.take();
        if (!hosts.isEmpty()) {
            log.info("Registered again with the shuffle service (port " + port + ") of " + hosts);
        }
    }

    /** Returns the reason beneath all others, on one line; Spark wraps what a service answers. */
    private static String text(Throwable failure) {
        Throwable reason = failure;
        for (int depth = 0; reason.getCause() != null && depth < MAX_NAMES; depth++) {
            reason = reason.getCause();
        }
        String line = String.valueOf(reason).split("[\\r\\n]", 2)[0];
        return line.length() > MAX_REASON ? line.substring(0, MAX_REASON) + "..." : line;
    }
}
