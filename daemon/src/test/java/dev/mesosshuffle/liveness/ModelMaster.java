package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** A master that fails, comes back, and is succeeded by another, which does not know all at first. */
final class ModelMaster {
    /** Longer than any pause between two questions, so that what the master could say it was asked for. */
    private static final Duration STAYS = Duration.ofMinutes(25);

    final ScriptedMaster scripted = new ScriptedMaster();

    private long changed;
    private boolean isUp = true;
    private long elected;

    /** Changes, unless it did a short while ago; returns whether it did. */
    boolean change(Random random, long listened) {
        if (listened - changed < STAYS.toNanos()) {
            return false;
        }
        changed = listened;
        int how = random.nextInt(3);
        isUp = how != 0;
        if (isUp) {
            scripted.failure = null;
        } else {
            NoAnswerException.Kind[] kinds = NoAnswerException.Kind.values();
            scripted.failure = List.of(kinds).get(random.nextInt(kinds.length));
        }
        if (how == 2) {
            scripted.leader = "leader-" + listened;
            scripted.completed.clear();
            elected = listened;
        }
        return true;
    }

    /**
     * Brings up to date who is listed: after an election, not everybody is at once.
     *
     * @param hearing how long it takes until somebody has asked for sure
     */
    void show(List<ModelApp> apps, long listened, Duration hearing) {
        Duration leadsFor = Duration.ofNanos(listened - elected).plusDays(elected == 0 ? 1 : 0);
        scripted.leadsFor = leadsFor;
        boolean complete = leadsFor.compareTo(Duration.ofMinutes(10)) > 0;
        scripted.frameworks.clear();
        for (ModelApp app : apps) {
            boolean known = complete || (app.id.hashCode() + scripted.leader.hashCode()) % 2 == 0;
            boolean lists = app.lives && app.visible && known;
            if (lists) {
                scripted.frameworks.add(app.id);
            }
            app.listed(lists && isUp, listened, hearing.toNanos());
            if (!app.lives) {
                // If it was listed, its absence may count.
                app.saidToHaveEnded |= app.visible;
                app.listable = ModelApp.NEVER;
            }
        }
    }

    String text(long listened) {
        return "master: up " + isUp + ", elected " + Duration.ofNanos(listened - elected) + " ago";
    }
}
