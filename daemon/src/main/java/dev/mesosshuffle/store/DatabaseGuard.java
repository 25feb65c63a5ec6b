package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.logging.OutageLogger;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that what is committed is in the file that has the registry's name. An open file that was deleted can still be
 * written and read, and is lost with the process. So the files' identities are compared before and after each commit, and
 * every few seconds. If they differ, nothing is committed until all that the open files hold is written to a new file in
 * their place:
 *
 * <pre>
 *   COPY: complete beside the place --&gt; PLACE: strangers' files moved aside, ours out of the way, the copy takes the place
 *         --&gt; OPEN: two new connections --&gt; the old ones are closed
 * </pre>
 *
 * <p>The old ones are closed last: SQLite does not touch files that it does not have open, whatever their names, and what
 * is open can be copied again. If the identities cannot be read, nothing changes.
 *
 * <p><b>Concurrency:</b> the writer's, but for {@link #verify} and {@link #inode}, which are for any thread. They all work
 * on the disk.
 */
final class DatabaseGuard {
    private static final Logger logger = LoggerFactory.getLogger(DatabaseGuard.class);

    /** How often the files are checked while nothing is committed. */
    static final Duration PERIOD = Duration.ofSeconds(3);

    private enum Step {
        COPY,
        PLACE,
        OPEN
    }

    private final StoreFiles files;
    private final StoreLock lock;
    private final ReserveFile reserve;
    private final Clock clock;
    private final Counter rewrites;
    private final OutageLogger outages;

    /** Closes the checkpointer's connection to a database that is no longer the registry. */
    private final Consumer<Connection> retired;

    private volatile OpenDatabase database;

    /** Why nothing may be committed; null if it may. */
    private @Nullable RegistryLostException lost;

    private boolean lockLost;
    private Step step = Step.COPY;

    DatabaseGuard(
            StoreFiles files,
            StoreLock lock,
            ReserveFile reserve,
            OpenDatabase database,
            Clock clock,
            Counter rewrites,
            Consumer<Connection> retired) {
        this.files = files;
        this.lock = lock;
        this.reserve = reserve;
        this.database = database;
        this.clock = clock;
        this.rewrites = rewrites;
        this.retired = retired;
        this.outages = new OutageLogger(
                logger,
                "Writing the registry " + files.database() + " again",
                "until it works, registrations are rejected, and what is registered is lost if this process ends. Make the"
                        + " directory writable");
    }

    Connection connection() {
        return database.connection();
    }

    OpenDatabase database() {
        return database;
    }

    /** The inode of the file that is open. */
    long inode() {
        return database.identity().inode();
    }

    /**
     * Checks that the open files have their names, and writes the registry again if not. A check takes some microseconds, so
     * each commit has one before and one after it.
     *
     * @return why nothing may be committed or acknowledged; null if it may
     */
    @Nullable
    RegistryLostException check() {
        String what;
        try {
            what = step == Step.OPEN ? "it is not open" : database.identity().difference(files);
        } catch (IOException e) {
            logger.debug("Whether {} is still the open file cannot be determined", files.database(), e);
            return lost;
        }
        if (what == null) {
            onFound();
        } else {
            rewrite(what);
        }
        return lost;
    }

    /** Checks that the open files have their names, for evidence that others rely on. */
    void verify() throws StoreException {
        String what;
        try {
            what = database.identity().difference(files);
        } catch (IOException e) {
            throw new StoreException("the registry " + files.database() + " cannot be inspected: " + e, e);
        }
        if (what != null) {
            throw new StoreException("the registry " + files.database() + " is being written again: " + what);
        }
    }

    private void onFound() {
        renewLock();
        reserve.measure();
        if (lost == null) {
            return;
        }
        lost = null;
        step = Step.COPY;
        try {
            DatabaseCopy.discard(files);
        } catch (IOException e) {
            logger.warn("{} is out of date, and cannot be emptied: {}; delete it", files.copy(), e.toString());
        }
        logger.info("The registry {} is back", files.database());
    }

    private void rewrite(String what) {
        if (lost == null) {
            logger.error(
                    "The registry {} is not the file that this service has open: {}. All that is registered is being"
                            + " written there again, and until then nothing is acknowledged. Find out what cleans {},"
                            + " and exclude that directory, or set another spark.mesos.shuffle.service.state.dir",
                    files.database(),
                    what,
                    files.dir());
        }
        try {
            if (step != Step.OPEN) {
                files.createDir();
                lock.renew();
                copyAndPlace();
            }
            open();
        } catch (IOException | SQLException | StoreException | StoreLock.HeldException | RuntimeException e) {
            lost = new RegistryLostException(
                    "the registry " + files.database() + " is missing (" + what + ") and cannot be written again: "
                            + e.getMessage(),
                    e);
            outages.failed(e);
        }
    }

    private void copyAndPlace() throws IOException, SQLException {
        if (step == Step.COPY) {
            copy();
            step = Step.PLACE;
        }
        files.moveOutOfTheWay(database.identity(), clock);
        DatabaseCopy.putInPlace(files);
        step = Step.OPEN;
    }

    private void copy() throws IOException, SQLException {
        try {
            DatabaseCopy.write(connection(), files);
        } catch (SQLException e) {
            if (!Sqlite.isOutOfSpace(e) || !reserve.release()) {
                throw e;
            }
            DatabaseCopy.write(connection(), files);
        }
    }

    private void open() throws StoreException, SQLException, IOException {
        OpenDatabase before = database;
        database = OpenDatabase.open(files, clock, reserve);
        step = Step.COPY;
        lost = null;
        lockLost = false;
        retired.accept(before.checkpoints());
        close(before.connection());
        reserve.measure();
        rewrites.inc();
        outages.recovered();
        logger.info("The registry {} is written again: {}", files.database(), contents());
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            logger.debug("A connection could not be closed", e);
        }
    }

    /** If the lock file alone is removed, a second process could lock another one. */
    private void renewLock() {
        try {
            if (lock.renew()) {
                logger.warn("{} was removed or replaced; it is created and locked again", files.lock());
            }
            lockLost = false;
        } catch (StoreLock.HeldException e) {
            if (!lockLost) {
                logger.error(
                        "{} was removed, and {} uses the registry as well now, so that neither has what is registered"
                                + " with the other: stop one of them",
                        files.lock(),
                        e.getMessage());
            }
            lockLost = true;
        } catch (IOException e) {
            logger.debug("{} cannot be inspected or locked", files.lock(), e);
        }
    }

    private String contents() {
        try {
            return count("executors") + " executors of " + count("applications") + " applications";
        } catch (SQLException e) {
            return "its rows cannot be counted (" + e.getMessage() + ")";
        }
    }

    private long count(String table) throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
