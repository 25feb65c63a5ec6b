package dev.mesosshuffle.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes along the registry that an earlier version kept in another place, if there is none in the new one yet. In this
 * order, so that a complete one counts whenever the process dies, and only one does:
 *
 * <pre>
 *   a complete copy in the new place, by another name --&gt; the old one moved aside --&gt; the copy takes its place
 * </pre>
 *
 * <p><b>Concurrency:</b> for the start, under the lock of the new place.
 */
final class RegistryMove {
    private static final Logger logger = LoggerFactory.getLogger(RegistryMove.class);

    /** The old place may lie on a disk that hangs, which must not keep the service from starting. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int ROOT = 0;

    private RegistryMove() {}

    /**
     * Moves a registry.
     *
     * @param from where it may be
     * @param to where it is to be
     * @return whether it was moved
     * @throws StoreException if it is there, and this service's, but cannot be moved
     */
    static boolean takeAlong(StoreFiles from, StoreFiles to, int port, Clock clock) throws StoreException {
        if (Files.exists(to.database(), LinkOption.NOFOLLOW_LINKS) || !isThereWithin(PATIENCE, from.database())) {
            return false;
        }
        try (StoreLock lock = StoreLock.take(from.lock())) {
            logger.debug("Moving {} under {}", from.database(), lock);
            try (Connection connection = Sqlite.connectToExisting(from.database())) {
                new ForeignRegistry(connection, "main").check();
                DatabaseCopy.write(connection, to);
            }
            Path aside = from.moveAside(clock, ".moved-");
            DatabaseCopy.putInPlace(to);
            var unused = Reserve.at(from.reserve()).giveUp();
            logger.info(
                    "The registry was moved from {} to {}; the old one is kept as {}, and can be deleted",
                    from.database(),
                    to.database(),
                    aside);
            return true;
        } catch (StoreLock.HeldException e) {
            throw cannot(
                    from, to, "another mesos-shuffle-service on port " + port + " uses it (" + e.getMessage() + ")", e);
        } catch (SQLException e) {
            if (Sqlite.isDamage(e)) {
                logger.error(
                        "The registry {} is damaged ({}) and is not taken along to {}: the service starts with an empty"
                                + " one. Executors that were registered are unknown until they register again",
                        from.database(),
                        e.getMessage(),
                        to.database());
                return false;
            }
            throw cannot(from, to, e.getMessage(), e);
        } catch (IOException e) {
            throw cannot(from, to, e.toString(), e);
        }
    }

    private static StoreException cannot(StoreFiles from, StoreFiles to, @Nullable String reason, Exception e) {
        return new StoreException(
                "cannot move the registry " + from.database() + " to its new place " + to.database() + ": " + reason
                        + "; mend that, or set spark.mesos.shuffle.service.state.dir to " + from.dir()
                        + " to leave it there",
                e);
    }

    private static boolean isThereWithin(Duration patience, Path database) {
        FutureTask<Boolean> look = new FutureTask<>(() -> isOurs(database));
        Thread thread = new Thread(look, "registry-move");
        thread.setDaemon(true);
        thread.start();
        String reason;
        try {
            return look.get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            reason = "its disk does not answer";
        } catch (ExecutionException e) {
            reason = String.valueOf(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reason = "interrupted";
        }
        logger.warn(
                "Whether there is a registry {} of an earlier version cannot be told ({}): executors that are registered"
                        + " there are unknown until they register again",
                database,
                reason);
        return false;
    }

    /** Whether there is a registry that is this user's, or that this process, as root, may take from any. */
    private static boolean isOurs(Path database) throws IOException {
        try {
            Object owner = Files.getAttribute(database, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return Files.isRegularFile(database, LinkOption.NOFOLLOW_LINKS)
                    && (user.equals(owner) || user.equals(ROOT));
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
