package dev.mesosshuffle.concurrent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entries of clients that take turns, in groups that take turns, too: in each round a group has as many turns as it has
 * clients, up to a maximum. So the clients of a small group wait as long as everybody else, and those of a large one share
 * what the largest of the small ones gets. A client that is no {@link GroupedClient} is a group of its own. An entry that
 * there is no memory for leaves nothing behind.
 *
 * <p><b>Concurrency:</b> guarded by its user.
 *
 * @param <T> the entries
 */
final class GroupedTurnQueue<T> {
    /**
     * As many executors of one host read from a disk at a time; each has one connection, unless it is configured otherwise.
     */
    static final int MAX_TURNS = 16;

    private final Map<Object, Group<T>> groups = new HashMap<>();
    private final TurnOrder<Group<T>> turns = new TurnOrder<>();
    private int size;

    private static final class Group<T> extends TurnOrder.Member<Group<T>> {
        private final Object key;
        private final TurnQueue<T> clients = new TurnQueue<>();
        private int turnsLeft;

        private Group(Object key) {
            this.key = key;
        }

        private void beginRound() {
            turnsLeft = Math.min(MAX_TURNS, clients.clients());
        }
    }

    private static Object groupOf(Object client) {
        return client instanceof GroupedClient grouped ? grouped.clientGroup() : client;
    }

    /** Adds an entry behind the others of its client. */
    void add(Object client, T entry) {
        Object key = groupOf(client);
        Group<T> group = groups.get(key);
        if (group == null) {
            group = new Group<>(key);
            group.clients.add(client, entry);
            // Before its turn comes, which cannot fail: a group with a turn is in the map and has an entry.
            putOrUndo(group);
            turns.add(group);
        } else {
            group.clients.add(client, entry);
        }
        size++;
    }

    private void putOrUndo(Group<T> group) {
        try {
            groups.put(group.key, group);
        } catch (RuntimeException | Error e) {
            // The map adds an entry before it grows.
            groups.remove(group.key);
            throw e;
        }
    }

    /** Takes the oldest entry of the client whose turn it is; null if there is none. */
    @Nullable
    T poll() {
        Group<T> group = turns.peek();
        if (group == null) {
            return null;
        }
        if (group.turnsLeft <= 0) {
            group.beginRound();
        }
        T entry = group.clients.poll();
        size--;
        group.turnsLeft--;
        if (group.clients.size() == 0) {
            turns.remove(group);
            groups.remove(group.key);
        } else if (group.turnsLeft <= 0) {
            turns.remove(group);
            turns.add(group);
        }
        return entry;
    }

    /** The number of entries. */
    int size() {
        return size;
    }

    /** The number of a client's entries. */
    int size(Object client) {
        Group<T> group = groups.get(groupOf(client));
        return group == null ? 0 : group.clients.size(client);
    }

    /** The number of entries of a client's group. */
    int groupSize(Object client) {
        Group<T> group = groups.get(groupOf(client));
        return group == null ? 0 : group.clients.size();
    }

    /** Removes an entry of a client; returns false if there is none. Takes as long as the client has entries. */
    boolean remove(Object client, T entry) {
        Group<T> group = groups.get(groupOf(client));
        if (group == null || !group.clients.remove(client, entry)) {
            return false;
        }
        size--;
        if (group.clients.size() == 0) {
            groups.remove(group.key);
            turns.remove(group);
        }
        return true;
    }

    /** All entries, in no order that means anything; takes as long as there are entries. */
    Collection<T> entries() {
        Collection<T> all = new ArrayList<>(size);
        turns.forEach(group -> all.addAll(group.clients.entries()));
        return all;
    }
}
