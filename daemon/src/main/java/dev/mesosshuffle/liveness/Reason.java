package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.Quantities;

/** Why an application stands where it stands, in words. */
final class Reason {
    private Reason() {}

    static String of(AppLiveness app, long now) {
        Driver driver = app.evidence().driver();
        return switch (app.state()) {
            case DRIVER_HEARD, DRIVER_SILENT, WITHOUT_DRIVER ->
                driver == null ? "its driver did not register since this daemon started" : ofDriver(driver, now);
            case DEFERRED ->
                app.deferral() == null
                        ? ""
                        : app.deferral().text(Quantities.time(app.evidence().quietTimeNanos()));
            case WAITING_FOR_MASTER -> "its end is due, and " + app.word().text();
            case KEPT -> "kept by hand";
            case GOING -> "it is over";
        };
    }

    private static String ofDriver(Driver driver, long now) {
        return "its driver at " + driver.address() + " was heard " + Quantities.time(now - driver.heard())
                + " ago, and " + driver.connectionState();
    }
}
