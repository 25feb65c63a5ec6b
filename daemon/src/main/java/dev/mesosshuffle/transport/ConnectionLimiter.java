package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.ClientNetwork;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the connections in all, and those of one address ({@link ClientNetwork}). At a limit, connections whose clients have yet to prove who they
 * are make room, then those that have done nothing useful, then the one that is idle for longest; never one of a driver, or one whose requests are being answered. If there is none,
 * the new one is refused.
 *
 * <p><b>Concurrency:</b> for any thread; each call takes microseconds, except a search, of which there are few.
 */
final class ConnectionLimiter {
    private static final Logger logger = LoggerFactory.getLogger(ConnectionLimiter.class);

    /** After this time a connection should have done something useful. */
    static final long USELESS_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Searches are no more frequent than this: each looks at all connections. */
    static final long SEARCH_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A search closes this part of the connections, if they have proved nothing, or done nothing useful. */
    private static final int SHED_PART = 64;

    private final int maxConnections;
    private final int maxPerAddress;
    private final Ticker ticker;
    private final TransportMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;

    private final Map<Channel, Client> connections = new LinkedHashMap<>();
    private final Map<ClientNetwork, Integer> byNetwork = new HashMap<>();
    private long lastSearchNanos;
    private boolean searched;

    /** An open connection; its network is kept, because some transports forget the address of a closed one. */
    private record Client(@Nullable ClientNetwork network, ConnectionActivity activity) {}

    ConnectionLimiter(
            ConnectionLimits limits, Ticker ticker, TransportMetrics metrics, RateLimitedLogger rateLimitedLogger) {
        this.maxConnections = limits.maxConnections();
        this.maxPerAddress = limits.maxConnectionsPerAddress();
        this.ticker = ticker;
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /**
     * Admits a new connection, and counts it until it is closed.
     *
     * @return whether it may stay; otherwise it is for the caller to close
     */
    boolean admit(Channel channel, ConnectionActivity activity) {
        Client client = new Client(ClientAddress.of(channel), activity);
        List<Channel> shed = List.of();
        boolean isAddressFull;
        boolean isAdmitted;
        synchronized (this) {
            isAddressFull = isFull(client.network());
            if (isAddressFull || connections.size() >= maxConnections) {
                shed = search(isAddressFull ? client.network() : null);
                shed.forEach(this::remove);
            }
            isAdmitted = connections.size() < maxConnections && !isFull(client.network());
            if (isAdmitted) {
                add(channel, client);
            }
        }
        shed.forEach(ConnectionLimiter::close);
        metrics.connectionsShed.inc(shed.size());
        if (isAdmitted) {
            countUntilClosed(channel);
        } else {
            metrics.connectionsRefused.inc();
        }
        if (!isAdmitted || !shed.isEmpty()) {
            warn(channel, isAddressFull);
        }
        return isAdmitted;
    }

    private boolean isFull(@Nullable ClientNetwork network) {
        return network != null && byNetwork.getOrDefault(network, 0) >= maxPerAddress;
    }

    private void add(Channel channel, Client client) {
        if (client.network() != null) {
            byNetwork.merge(client.network(), 1, Integer::sum);
        }
        try {
            connections.put(channel, client);
        } catch (OutOfMemoryError e) {
            // The map adds an entry before it grows.
            connections.remove(channel);
            uncount(client);
            throw e;
        }
    }

    private void countUntilClosed(Channel channel) {
        try {
            channel.closeFuture().addListener(closed -> removeClosed(channel));
        } catch (OutOfMemoryError e) {
            // Whoever fails to build the pipeline closes the connection, and nobody else would count it less.
            removeClosed(channel);
            throw e;
        }
    }

    private static void close(Channel channel) {
        var unused = channel.close();
    }

    private synchronized void removeClosed(Channel channel) {
        remove(channel);
    }

    private void remove(Channel channel) {
        Client client = connections.remove(channel);
        if (client != null) {
            uncount(client);
        }
    }

    private void uncount(Client client) {
        if (client.network() != null) {
            byNetwork.computeIfPresent(client.network(), (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Returns the connections to close, of one network or of all. */
    private List<Channel> search(@Nullable ClientNetwork network) {
        long now = ticker.read();
        if (searched && now - lastSearchNanos < SEARCH_INTERVAL_NANOS) {
            return List.of();
        }
        searched = true;
        lastSearchNanos = now;
        List<Channel> unproven = oldest(network, activity -> isIdle(activity) && activity.isUnproven());
        if (!unproven.isEmpty()) {
            return unproven;
        }
        List<Channel> useless = oldest(network, ConnectionLimiter::isUseless);
        if (!useless.isEmpty()) {
            return useless;
        }
        return connections.entrySet().stream()
                .filter(entry -> isIdle(entry.getValue().activity()) && isOf(network, entry.getValue()))
                .max(Comparator.comparingLong(
                        entry -> entry.getValue().activity().idleNanos()))
                .map(entry -> List.of(entry.getKey()))
                .orElse(List.of());
    }

    /** Connections are in the order in which they were made, so the oldest of these come first. */
    private List<Channel> oldest(@Nullable ClientNetwork network, Predicate<ConnectionActivity> filter) {
        return connections.entrySet().stream()
                .filter(entry -> filter.test(entry.getValue().activity()) && isOf(network, entry.getValue()))
                .map(Map.Entry::getKey)
                .limit(1 + connections.size() / SHED_PART)
                .toList();
    }

    private static boolean isUseless(ConnectionActivity activity) {
        return isIdle(activity)
                && !activity.isUseful()
                && (!activity.hasSentFrame() || activity.ageNanos() >= USELESS_AFTER_NANOS);
    }

    private static boolean isIdle(ConnectionActivity activity) {
        return !activity.isDriver() && !activity.isBusy();
    }

    private static boolean isOf(@Nullable ClientNetwork network, Client client) {
        return network == null || network.equals(client.network());
    }

    private void warn(Channel channel, boolean isAddressFull) {
        rateLimitedLogger.warn(
                logger,
                "too many connections",
                isAddressFull
                        ? "Too many connections from " + address(channel) + ": " + maxPerAddress
                                + " (spark.mesos.shuffle.service.maxConnectionsPerAddress). New ones close idle ones, or are"
                                + " refused. Find out what connects so often there, or raise the key."
                        : "Too many connections: " + maxConnections
                                + " (spark.mesos.shuffle.service.maxConnections). New ones close idle ones, or are refused."
                                + " Find out who connects so often (ss -tn), or raise the key.");
    }

    private static String address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? String.valueOf(remote.getAddress())
                : String.valueOf(channel.remoteAddress());
    }
}
