package dev.mesosshuffle.concurrent;

/** A client that shares its turns with others, such as the connections of one address. */
public interface GroupedClient {
    /** Those with whom it shares turns; compared by {@link Object#equals}. By default it shares them with nobody. */
    default Object clientGroup() {
        return this;
    }
}
