package dev.mesosshuffle.concurrent;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Those who take turns, in their order. Nothing is allocated, so no change fails, and none is left half done when memory runs
 * out.
 *
 * <p><b>Concurrency:</b> guarded by its user.
 *
 * @param <M> who takes turns
 */
final class TurnOrder<M extends TurnOrder.Member<M>> {
    private @Nullable M first;
    private @Nullable M last;

    /**
     * Who takes turns, in one order at a time.
     *
     * @param <M> its own type
     */
    abstract static class Member<M> {
        private @Nullable M next;
    }

    /** Adds a member at the end. */
    void add(M member) {
        Member<M> its = member;
        its.next = null;
        M before = last;
        if (before == null) {
            first = member;
        } else {
            Member<M> previous = before;
            previous.next = member;
        }
        last = member;
    }

    /** Whose turn it is; null if nobody's. */
    @Nullable
    M peek() {
        return first;
    }

    /** Removes who is first, and returns it; null if nobody is. */
    @Nullable
    M poll() {
        M polled = first;
        if (polled != null) {
            remove(polled);
        }
        return polled;
    }

    /** Removes a member. Takes as long as there are others before it. */
    void remove(M member) {
        M before = null;
        M next = first;
        while (next != null && next != member) {
            before = next;
            next = after(next);
        }
        if (next == null) {
            return;
        }
        if (before == null) {
            first = after(member);
        } else {
            Member<M> previous = before;
            previous.next = after(member);
        }
        if (last == member) {
            last = before;
        }
        Member<M> its = member;
        its.next = null;
    }

    private static <M extends Member<M>> @Nullable M after(M member) {
        Member<M> its = member;
        return its.next;
    }

    /** Passes on each member. */
    void forEach(Consumer<M> action) {
        for (M next = first; next != null; next = after(next)) {
            action.accept(next);
        }
    }
}
