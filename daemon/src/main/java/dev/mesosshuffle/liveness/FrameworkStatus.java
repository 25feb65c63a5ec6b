package dev.mesosshuffle.liveness;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the master has said of one application so far. Immutable; each answer makes a new one.
 *
 * <p>An end is proven by an entry among the completed frameworks. That an application is not listed at all proves it
 * only if
 *
 * <ul>
 *   <li>these credentials listed it before, for a master shows each principal only what it may see;
 *   <li>the leader has led for long enough to know everything, for after an election it does not;
 *   <li>two answers of one leader, {@link #AGREE_AFTER} apart, agree, and those between them, of which there are some
 *       if they are far apart.
 * </ul>
 *
 * <p>None of this survives a restart of the process: then all of it is asked anew.
 *
 * @param listed whether the master ever listed it
 * @param said what it said last
 * @param since when it first said so, for {@link Said#ABSENT}
 * @param until when it last said so, for {@link Said#ABSENT}
 * @param leader who said so, for {@link Said#ABSENT}
 * @param asked when a question last ended, with an answer or without; null if none ever did
 */
record FrameworkStatus(
        boolean listed,
        Said said,
        long since,
        long until,
        @Nullable String leader,
        @Nullable Long asked) {
    static final Duration AGREE_AFTER = Duration.ofMinutes(5);

    /** How old an absence may be, unless checks come more rarely. */
    static final Duration ABSENT_FOR = Duration.ofMinutes(10);

    static final FrameworkStatus UNASKED = new FrameworkStatus(false, Said.NOTHING, 0, 0, null, null);

    /** What it comes to. */
    enum Said {
        /** Nothing, or nothing that is of use. */
        NOTHING,
        ALIVE,
        COMPLETED,
        /** It was not listed, by a leader that should know. */
        ABSENT
    }

    /** Takes an answer in, which came at {@code now}. */
    FrameworkStatus after(FrameworkSnapshot answer, String appId, long now, ExpiryPolicy rules) {
        if (answer.frameworks().contains(appId)) {
            return new FrameworkStatus(true, Said.ALIVE, now, now, null, now);
        }
        if (said == Said.COMPLETED || answer.completed().contains(appId)) {
            return new FrameworkStatus(true, Said.COMPLETED, now, now, null, now);
        }
        if (!answer.isComplete()) {
            return new FrameworkStatus(listed, Said.NOTHING, now, now, null, now);
        }
        boolean again =
                said == Said.ABSENT && answer.leader().equals(leader) && now - until <= rules.agreeWithinNanos();
        return new FrameworkStatus(listed, Said.ABSENT, again ? since : now, now, answer.leader(), now);
    }

    /** A question was not answered: that it lives is no longer known; the rest is as true as before. */
    FrameworkStatus unanswered(long now) {
        return new FrameworkStatus(listed, said == Said.ALIVE ? Said.NOTHING : said, since, until, leader, now);
    }

    /** What it said does not count any more, but that these credentials can see the application. */
    FrameworkStatus forgotten() {
        return new FrameworkStatus(listed, Said.NOTHING, since, until, null, asked);
    }

    /** Whether a question has ended at a time, or after it. */
    boolean wasAskedAfter(long time) {
        return asked != null && asked - time >= 0;
    }

    boolean isAlive() {
        return said == Said.ALIVE;
    }

    /** An absence is worth nothing once it is old: a driver that was cut off from the master may have come back. */
    boolean provesEnd(long now, ExpiryPolicy rules) {
        return said == Said.COMPLETED
                || (said == Said.ABSENT
                        && listed
                        && until - since >= AGREE_AFTER.toNanos()
                        && now - until < rules.absentForNanos());
    }

    /** For people. */
    String text() {
        return switch (said) {
            case NOTHING -> "the Mesos master could not say";
            case ALIVE -> "the Mesos master says that it lives";
            case COMPLETED -> "the Mesos master lists it as completed";
            case ABSENT ->
                listed
                        ? "the Mesos master, which listed it before, does not list it any more"
                        : "the Mesos master does not list it, and never did";
        };
    }
}
