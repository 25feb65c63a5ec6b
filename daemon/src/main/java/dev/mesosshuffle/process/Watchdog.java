package dev.mesosshuffle.process;

import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes each component of the daemon, and reports the daemon as healthy only if all have responded since the last run. A
 * component that hangs is not probed again. One line is logged when a component stops responding, and one when it responds
 * again.
 *
 * <p><b>Concurrency:</b> one thread at a time; components respond on their own threads.
 */
final class Watchdog implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(Watchdog.class);

    private final List<Component> components;
    private final Runnable onHealthy;
    private final Ticker ticker;

    /**
     * Creates a watchdog.
     *
     * @param probes by the names of the components: completes when the component has responded, and fails if it cannot be
     *     probed
     * @param onHealthy is called in each run that finds that all have responded
     * @param ticker the time
     */
    Watchdog(Map<String, Supplier<CompletableFuture<Void>>> probes, Runnable onHealthy, Ticker ticker) {
        this.components = probes.entrySet().stream()
                .map(probe -> new Component(probe.getKey(), probe.getValue()))
                .collect(Collectors.toUnmodifiableList());
        this.onHealthy = onHealthy;
        this.ticker = ticker;
    }

    /** Checks which components have responded to the last probe, and sends the next one. */
    @Override
    public void run() {
        long now = ticker.read();
        boolean allHealthy = true;
        for (Component component : components) {
            allHealthy &= component.isHealthy(now);
        }
        if (allHealthy) {
            onHealthy.run();
        }
    }

    /** Returns the names of the components that had not responded at the last run. For any thread. */
    List<String> unresponsive() {
        return components.stream()
                .filter(Component::isUnresponsive)
                .map(component -> component.name)
                .toList();
    }

    private static final class Component {
        private final String name;
        private final Supplier<CompletableFuture<Void>> probe;
        private @Nullable CompletableFuture<Void> response;
        private long probedAt;
        private volatile boolean unresponsive;

        Component(String name, Supplier<CompletableFuture<Void>> probe) {
            this.name = name;
            this.probe = probe;
        }

        boolean isHealthy(long now) {
            if (response == null) {
                probedAt = now;
                response = probe();
                return false;
            }
            boolean responded = response.isDone() && !response.isCompletedExceptionally();
            logChange(responded, Duration.ofNanos(now - probedAt));
            if (responded) {
                probedAt = now;
            }
            if (response.isDone()) {
                response = probe();
            }
            return responded;
        }

        boolean isUnresponsive() {
            return unresponsive;
        }

        private CompletableFuture<Void> probe() {
            try {
                return probe.get();
            } catch (RuntimeException | OutOfMemoryError e) {
                ThreadShortage.report("the probe of " + name, e);
                return CompletableFuture.failedFuture(e);
            }
        }

        private void logChange(boolean responded, Duration waited) {
            if (responded && unresponsive) {
                logger.info("{} responds again after {} ms", name, waited.toMillis());
            } else if (!responded && !unresponsive) {
                logger.warn(
                        "{} has not responded for {} ms; until it does, health checks fail, and systemd restarts this"
                                + " service if its watchdog is on",
                        name,
                        waited.toMillis());
            }
            unresponsive = !responded;
        }
    }
}
