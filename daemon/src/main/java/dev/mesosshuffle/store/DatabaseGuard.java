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
 * Sees to it that what is committed is in the file that has the registry's name. An open file that lost its name can be
 * written and read on, and is gone with the process. So the files' identities are compared before and after each commit, and
 * every few seconds. If they differ, nothing is committed until all that the open files hold is written
 * to a new one in their place:
 *
 * <pre>
 *   COPY: complete beside the place --&gt; PLACE: strangers' files moved aside, ours out of the way, the copy takes the place
 *         --&gt; OPEN: two new connections --&gt; the old ones are closed
 * </pre>
 *
 * <p>The old ones are closed last: SQLite leaves alone what it finds under the names of files that are not the ones it has
 * open, and what is open can be copied again. A look that fails says nothing: then all goes on as before.
 *
 * <p><b>Concurrency:</b> the writer's, but for {@link #verify} and {@link #inode}, which are for any thread. They all work
 * on the disk.
 */
final class DatabaseGuard {
    private static final Logger logger = LoggerFactory.getLogger(DatabaseGuard.class);

    /** How often it is looked at while nothing is committed. */
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
    private final OutageLogger faults;

    /** Gets the checkpointer's connection to what is not the registry any more, to close it. */
    private final Consumer<Connection> retired;

    private volatile OpenDatabase database;

    /** Why nothing may be committed; null as long as all is well. */
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
        this.faults = new OutageLogger(
                logger,
                "Writing the registry " + files.database() + " again",
                "until it works, registrations are refused, and what is registered is lost if this process ends. Make it"
                        + " possible to write there");
    }

    Connection connection() {
        return database.connection();
    }

    OpenDatabase database() {
        return database;
    }

    /** The number of the file that is open. */
    long inode() {
        return database.identity().inode();
    }

    /**
     * Looks whether all is well, and makes it well. A look takes some microseconds, so each commit has one before and one
     * after it.
     *
     * @return why nothing may be committed, or acknowledged; null if all is well
     */
    @Nullable
    RegistryLostException check() {
        String what;
        try {
            what = step == Step.OPEN ? "it is not open" : database.identity().difference(files);
        } catch (IOException e) {
            logger.debug("Whether {} is still what is open cannot be told", files.database(), e);
            return lost;
        }
        if (what == null) {
            foundWell();
        } else {
            rewrite(what);
        }
        return lost;
    }

    /** Looks whether what is open has its name; for evidence that others act upon. */
    void verify() throws StoreException {
        String what;
        try {
            what = database.identity().difference(files);
        } catch (IOException e) {
            throw new StoreException("the registry " + files.database() + " cannot be looked at: " + e, e);
        }
        if (what != null) {
            throw new StoreException("the registry " + files.database() + " is being written again: " + what);
        }
    }

    private void foundWell() {
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
        logger.info("The registry {} is there again", files.database());
    }

    private void rewrite(String what) {
        if (lost == null) {
            logger.error(
                    "The registry {} is not what this service has open: {}. All that is registered is being written there"
                            + " again, and until then nothing is acknowledged. Find out what tidies {}, and keep it out"
                            + " of there, or set another spark.mesos.shuffle.service.state.dir",
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
                    "the registry " + files.database() + " is not there (" + what + ") and cannot be written again: "
                            + e.getMessage(),
                    e);
            faults.failed(e);
        }
    }

    private void copyAndPlace() throws IOException, SQLException {
        if (step == Step.COPY) {
            copy();
            step = Step.PLACE;
        }
        files.makeWay(database.identity(), clock);
        DatabaseCopy.putInPlace(files);
        step = Step.OPEN;
    }

    private void copy() throws IOException, SQLException {
        try {
            DatabaseCopy.write(connection(), files);
        } catch (SQLException e) {
            if (!Sqlite.isWantOfSpace(e) || !reserve.giveUp()) {
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
        faults.worked();
        logger.info("The registry {} is written again: {}", files.database(), contents());
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            logger.debug("A connection was not closed in order", e);
        }
    }

    /** The lock's file can lose its name alone, and then a second process could lock another one. */
    private void renewLock() {
        try {
            if (lock.renew()) {
                logger.warn("{} was removed or replaced; it is made and locked again", files.lock());
            }
            lockLost = false;
        } catch (StoreLock.HeldException e) {
            if (!lockLost) {
                logger.error(
                        "{} was removed, and {} uses the registry as well now, so that neither knows what is registered"
                                + " with the other: stop one of them",
                        files.lock(),
                        e.getMessage());
            }
            lockLost = true;
        } catch (IOException e) {
            logger.debug("{} cannot be looked at, or locked", files.lock(), e);
        }
    }

    private String contents() {
        try {
            return count("executors") + " executors of " + count("applications") + " applications";
        } catch (SQLException e) {
            return "how much it holds cannot be counted (" + e.getMessage() + ")";
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
