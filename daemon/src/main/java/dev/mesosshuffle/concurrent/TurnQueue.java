package dev.mesosshuffle.concurrent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Entries of several clients, which take turns: one entry of each client that has any, whoever has how many. The entries of
 * one client keep their order. Every method takes constant time, unless it says otherwise. An entry that there is no memory
 * for leaves nothing behind.
 *
 * <p><b>Concurrency:</b> guarded by its user.
 *
 * @param <T> the entries
 */
public final class TurnQueue<T> {
    private final Map<Object, Line<T>> lines = new HashMap<>();
    private final TurnOrder<Line<T>> turns = new TurnOrder<>();
    private int size;

    /** A client that has entries. Told apart by identity. */
    private static final class Line<T> extends TurnOrder.Member<Line<T>> {
        private final Object client;
        /** Of nodes: an array that cannot grow would lose entries. */
        @SuppressWarnings("JdkObsolete")
        private final Queue<T> entries = new LinkedList<>();

        private Line(Object client) {
            this.client = client;
        }
    }

    /** Creates an empty queue. */
    public TurnQueue() {}

    /**
     * Adds an entry behind the others of its client.
     *
     * @param client whose turn it takes; told apart by {@link Object#equals}
     */
    public void add(Object client, T entry) {
        Line<T> line = lines.get(client);
        if (line == null) {
            line = new Line<>(client);
            line.entries.add(entry);
            // Before its turn comes, which cannot fail: a line with a turn is in the map and has an entry.
            putOrUndo(line);
            turns.add(line);
        } else {
            line.entries.add(entry);
        }
        size++;
    }

    private void putOrUndo(Line<T> line) {
        try {
            lines.put(line.client, line);
        } catch (RuntimeException | Error e) {
            // The map adds an entry before it grows.
            lines.remove(line.client);
            throw e;
        }
    }

    /** Takes the oldest entry of the client whose turn it is; null if there is none. */
    public @Nullable T poll() {
        Line<T> line = turns.poll();
        if (line == null) {
            return null;
        }
        T entry = line.entries.remove();
        size--;
        if (line.entries.isEmpty()) {
            lines.remove(line.client);
        } else {
            turns.add(line);
        }
        return entry;
    }

    /** The number of entries. */
    public int size() {
        return size;
    }

    /** The number of a client's entries. */
    public int size(Object client) {
        Line<T> line = lines.get(client);
        return line == null ? 0 : line.entries.size();
    }

    /** The number of clients that have entries. */
    int clients() {
        return lines.size();
    }

    /** Whether any other client than this one has entries. */
    public boolean hasOthers(Object client) {
        return lines.size() > (lines.containsKey(client) ? 1 : 0);
    }

    /** Removes an entry of a client; returns false if there is none. Takes as long as the client has entries. */
    boolean remove(Object client, T entry) {
        Line<T> line = lines.get(client);
        if (line == null || !line.entries.remove(entry)) {
            return false;
        }
        size--;
        if (line.entries.isEmpty()) {
            lines.remove(client);
            turns.remove(line);
        }
        return true;
    }

    /** All entries, in no order that means anything; takes as long as there are entries. */
    Collection<T> entries() {
        List<T> all = new ArrayList<>(size);
        turns.forEach(line -> all.addAll(line.entries));
        return all;
    }
}
