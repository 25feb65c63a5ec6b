package dev.mesosshuffle.simulation;

import dev.mesosshuffle.liveness.MasterUnavailableException;
import dev.mesosshuffle.liveness.ScriptedMaster;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A master that fails, comes back, and is succeeded by another, which does not know all at first. */
final class SimulatedMaster {
    /** Longer than any pause between two questions, so that what the master could say it was asked for. */
    private static final Duration STAYS = Duration.ofMinutes(25);

    /** Shorter than the time in which two answers must agree. */
    static final Duration SHORT_SIGHT = Duration.ofMinutes(4);

    private static final Duration KNOWS_ALL_AFTER = Duration.ofMinutes(10);

    final ScriptedMaster scripted = new ScriptedMaster();

    private long changed;
    private boolean isUp = true;
    private boolean saysSinceWhen = true;
    private @Nullable Long elected;
    private @Nullable SimulatedApplication overlooked;

    /** Changes, unless it did a short while ago; returns whether it did. */
    boolean change(Random random, long time) {
        if (!mayChange(time)) {
            return false;
        }
        int how = random.nextInt(4);
        isUp = how != 0;
        if (isUp) {
            scripted.failure = null;
        } else {
            MasterUnavailableException.Reason[] reasons = MasterUnavailableException.Reason.values();
            scripted.failure = List.of(reasons).get(random.nextInt(reasons.length));
        }
        if (how >= 2) {
            scripted.leader = "leader-" + time;
            scripted.completed.clear();
            elected = time;
            saysSinceWhen = how == 2;
        }
        return true;
    }

    boolean mayChange(long time) {
        boolean may = time - changed >= STAYS.toNanos();
        changed = may ? time : changed;
        return may;
    }

    /** Does not list an application for a short while, though it lives; nobody, to end that. */
    void overlook(@Nullable SimulatedApplication app, long time) {
        overlooked = app;
        changed = time;
    }

    /**
     * Brings up to date who is listed: after an election, not everybody is at once.
     *
     * @param hearing how long it takes until somebody has asked for sure
     */
    void show(List<SimulatedService> services, long time, Duration hearing) {
        Duration leadsFor = elected == null ? Duration.ofDays(1) : Duration.ofNanos(time - elected);
        scripted.leadsFor = saysSinceWhen ? leadsFor : null;
        boolean complete = saysSinceWhen && leadsFor.compareTo(KNOWS_ALL_AFTER) > 0;
        scripted.frameworks.clear();
        for (SimulatedService service : services) {
            for (SimulatedApplication app : service.apps) {
                boolean known = complete || (app.id.hashCode() + scripted.leader.hashCode()) % 2 == 0;
                boolean lists = app.lives && app.visible && known && !app.equals(overlooked);
                if (lists) {
                    scripted.frameworks.add(app.id);
                }
                app.listed(lists && isUp, service.listened, hearing.toNanos());
                if (!app.lives) {
                    // If it was listed, its absence may count.
                    app.reportedCompleted |= app.visible;
                    app.listable = SimulatedApplication.NEVER;
                }
            }
        }
    }

    String text(long time) {
        return "master: up " + isUp + ", elected "
                + (elected == null ? "long" : Duration.ofNanos(time - elected) + (saysSinceWhen ? "" : " (not said)"))
                + " ago";
    }
}
