package dev.mesosshuffle.web;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.ClientNetwork;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts how often an address gave wrong credentials, so that it can be told to wait. The last 1024 such addresses are
 * remembered, as {@link ClientNetwork}. For any thread.
 */
final class FailedAttempts {
    static final int MAX_PER_INTERVAL = 10;
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final int MAX_ADDRESSES = 1024;

    private final Ticker ticker;
    private final Map<ClientNetwork, Attempts> byAddress = new LinkedHashMap<>();

    private record Attempts(long since, int count) {}

    FailedAttempts(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Returns whether an address has failed so often lately that it has to wait. */
    synchronized boolean isBlocked(InetAddress address) {
        Attempts attempts = byAddress.get(ClientNetwork.of(address));
        if (attempts == null) {
            return false;
        }
        if (isOver(attempts)) {
            byAddress.remove(ClientNetwork.of(address));
            return false;
        }
        return attempts.count() >= MAX_PER_INTERVAL;
    }

    synchronized void failed(InetAddress address) {
        ClientNetwork network = ClientNetwork.of(address);
        Attempts before = byAddress.remove(network);
        byAddress.put(
                network,
                before == null || isOver(before)
                        ? new Attempts(ticker.read(), 1)
                        : new Attempts(before.since(), before.count() + 1));
        if (byAddress.size() > MAX_ADDRESSES) {
            byAddress.remove(byAddress.keySet().iterator().next());
        }
    }

    private boolean isOver(Attempts attempts) {
        return ticker.read() - attempts.since() >= INTERVAL.toNanos();
    }
}
