package dev.mesosshuffle.store;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn an operation takes among those that wait for the writer. Operations of one application keep their order, whoever
 * they are from.
 *
 * @param client who waits for it, compared by {@link Object#equals}: those of one client share its turns
 * @param appId the application that it is about; null if it keeps its place among those of its client only
 */
record StoreTurn(Object client, @Nullable String appId) {
    private static final Object SERVICE = new Object();

    /** One of this service's own, which may have thousands at a time, as when many applications expire. */
    static final StoreTurn OWN = ofService(null);

    /** One of this service's own, about an application. */
    static StoreTurn ofService(@Nullable String appId) {
        return new StoreTurn(SERVICE, appId);
    }

    /** Whether somebody outside of this service waits for it. */
    boolean isOfClient() {
        return client != SERVICE;
    }
}
