package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.logging.HumanReadable;
import java.util.List;

/** Why an application stands where it stands, in words. */
final class Reason {
    private Reason() {}

    static String of(AppLiveness app, long now) {
        DriverStates drivers = app.evidence().drivers();
        ScanFailure failure = app.look().failure();
        return switch (app.state()) {
            case DRIVER_HEARD, DRIVER_SILENT, WITHOUT_DRIVER -> of(drivers, now);
            case DEFERRED ->
                app.deferral() == null
                        ? ""
                        : app.deferral() == Deferral.UNKNOWN && failure != null
                                ? "its local dirs cannot be looked at (" + failure.text() + ")"
                                : app.deferral()
                                        .text(HumanReadable.time(app.evidence().quietTimeNanos()));
            case WAITING_FOR_MASTER -> "its end is due, and " + app.word().text();
            case KEPT -> "kept by hand";
            case GOING -> "it is over";
        };
    }

    private static String of(DriverStates drivers, long now) {
        DriverState driver = drivers.inCharge();
        List<String> predecessors = drivers.predecessors();
        if (driver == null) {
            return "its driver did not register since this daemon started";
        }
        if (!predecessors.isEmpty()) {
            return "its driver, at " + String.join(" or ", predecessors)
                    + ", did not register since this daemon started; one at " + driver.address()
                    + " did, which only lengthens its life";
        }
        int others = drivers.known().size() - 1;
        return ofDriver(driver, now) + (others == 0 ? "" : "; " + others + " more registered");
    }

    private static String ofDriver(DriverState driver, long now) {
        return "its driver at " + driver.address() + " was heard " + HumanReadable.time(now - driver.heard())
                + " ago, and " + driver.connectionState();
    }
}
