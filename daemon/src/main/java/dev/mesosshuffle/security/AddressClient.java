package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.GroupedClient;

/** A connection that shares its turns with the others of its address. For any thread. */
final class AddressClient implements GroupedClient {
    private final Object address;

    AddressClient(Object address) {
        this.address = address;
    }

    @Override
    public Object clientGroup() {
        return address;
    }
}
