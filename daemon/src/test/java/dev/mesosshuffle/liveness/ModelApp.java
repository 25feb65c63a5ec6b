package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.LocalDir;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is true of one application, and the least that the rules promise it. Kept simple on purpose: it knows no states,
 * only when things happened. Times are in ns, those that are listened to without pauses of the process and time in which
 * none ran.
 */
final class ModelApp {
    static final long NEVER = Long.MIN_VALUE / 4;

    final String id;
    final long timeout;

    /** Whether a process of it still runs; what it does not do, it may do later. */
    boolean lives = true;

    /** Whether the master may show it to these credentials. */
    final boolean visible;

    final List<LocalDir> dirs = new ArrayList<>();

    /** Its driver's connection, in this run of the daemon. */
    @Nullable
    Object connection;

    /** Whether its driver registered in this run of the daemon, and was not cut off. */
    boolean canBeHeard;

    @Nullable
    Disconnect ended;

    long heard = NEVER;
    long active = NEVER;
    long lastSign = NEVER;

    /** When a file changed, in plain time: files do not know of pauses. */
    long changed = NEVER;

    /** Since when the master would say that it lives; above any time while it would not. */
    long listedSince = Long.MAX_VALUE;

    /** When the master could last have been heard saying so. */
    long listable = NEVER;

    /** Whether an operator wants it to stay. */
    boolean kept;

    /** Whether an operator had it removed. */
    boolean removed;

    /** Whether the master may have said that it ended. */
    boolean saidToHaveEnded;

    ModelApp(String id, long timeout, boolean visible) {
        this.id = id;
        this.timeout = timeout;
        this.visible = visible;
    }

    void sign(long listened) {
        lastSign = listened;
    }

    /**
     * Notes whether the master would say that it lives.
     *
     * @param hearing how long it takes until it was surely asked
     */
    void listed(boolean now, long listened, long hearing) {
        listedSince = now ? Math.min(listedSince, listened) : Long.MAX_VALUE;
        if (now && listened - listedSince >= hearing) {
            listable = listened;
        }
    }

    /** Whether the rules promise that nothing of it is deleted yet. */
    boolean mustStay(long listened, long time, boolean asksMaster) {
        if (kept || removed) {
            return kept;
        }
        long quietTime = canBeHeard ? timeout : Evidence.DEFAULT_TIMEOUT_NANOS;
        if (listened - active < quietTime || time - changed < quietTime) {
            return true;
        }
        if (asksMaster && listened - listable < ModelDaemon.MASTER_TIMEOUT.toNanos()) {
            return true;
        }
        if (canBeHeard) {
            return listened - heard < (ended == Disconnect.IN_ORDER ? timeout : 2 * timeout);
        }
        return !saidToHaveEnded && listened - lastSign < ModelDaemon.ORPHAN_TIMEOUT.toNanos();
    }
}
