package dev.mesosshuffle.web;

import dev.mesosshuffle.concurrent.Ticker;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts how often an address gave wrong credentials, so that it can be told to wait. The last 1024 such addresses are
 * remembered; those of a /64 of IPv6 count as one, since a host has all of them. For any thread.
 */
final class FailedAttempts {
    static final int MAX_PER_INTERVAL = 10;
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final int MAX_ADDRESSES = 1024;

    private final Ticker ticker;
    /** How much of an address identifies a host: all four bytes of IPv4, and the network's eight of IPv6. */
    private static final int HOST_BYTES = 8;

    private final Map<ByteBuffer, Attempts> byAddress = new LinkedHashMap<>();

    private record Attempts(long since, int count) {}

    FailedAttempts(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Returns whether an address has failed so often lately that it has to wait. */
    synchronized boolean isBlocked(InetAddress address) {
        Attempts attempts = byAddress.get(host(address));
        if (attempts == null) {
            return false;
        }
        if (isOver(attempts)) {
            byAddress.remove(host(address));
            return false;
        }
        return attempts.count() >= MAX_PER_INTERVAL;
    }

    synchronized void failed(InetAddress address) {
        ByteBuffer host = host(address);
        Attempts before = byAddress.remove(host);
        byAddress.put(
                host,
                before == null || isOver(before)
                        ? new Attempts(ticker.read(), 1)
                        : new Attempts(before.since(), before.count() + 1));
        if (byAddress.size() > MAX_ADDRESSES) {
            byAddress.remove(byAddress.keySet().iterator().next());
        }
    }

    private static ByteBuffer host(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(Arrays.copyOf(bytes, Math.min(bytes.length, HOST_BYTES)));
    }

    private boolean isOver(Attempts attempts) {
        return ticker.read() - attempts.since() >= INTERVAL.toNanos();
    }
}
