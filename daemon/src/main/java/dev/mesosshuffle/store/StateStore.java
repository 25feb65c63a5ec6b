package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must survive a restart, in one SQLite file for each port. Operators may read it at any time, also while the
 * daemon runs: {@code sqlite3 STATE_DIR/registry-7337.db .schema}.
 *
 * <pre>
 *  applications                    executors
 * +----------------------+        +------------------------+
 * | app_id            PK |&lt;------+| app_id              PK |
 * | heartbeat_timeout_ms |        | exec_id             PK |
 * | kept                 |        | local_dirs             |  as the executor spells them, one a line
 * +----------------------+        | real_dirs              |  where they are, line by line, if not there:
 *            ^                    | sub_dirs_per_local_dir |  each is a path of local_dirs
 *            |                    | shuffle_manager        |
 *            |                    +------------------------+
 *            |
 *            |  local_dirs                      removals
 *            |  +------------+                  +------------+
 *            +--| app_id  PK |   application    | path    PK |  to be deleted; the row goes
 *               | path PK, U |   over --------&gt; | app_id     |  when the dir is gone
 *               | root       |                  | root       |
 *               | root_inode |                  | root_inode |
 *               +------------+                  +------------+
 *
 *  quiet_times
 * +-----------+
 * | app_id PK |  for how long there was no sign of life of an application; no row: for no time worth storing
 * | quiet_ms  |
 * +-----------+
 *
 * PRAGMA user_version: the schema's version. PRAGMA application_id: "MSHS".
 * </pre>
 *
 * <p>Beside it lie SQLite's own {@code -wal} and {@code -shm}, and {@code registry-PORT.lock}, which is locked as long as
 * a process uses the store. A damaged database is moved aside, and a new one takes its place.
 *
 * <p><b>Concurrency:</b> every method may be called from any thread. Changes are queued without blocking and committed
 * in that order by one thread, many in one transaction; a future completes after its commit, on that thread, so what
 * depends on it must not block. A future fails with a {@link StoreException}; nothing of that change is stored then.
 *
 * <p><b>While the file cannot be written</b>, as on a full disk, applications and executors are put all the same: their
 * futures complete, and they wait in memory, a bounded number of them, to be written before anything that comes later. If
 * the process dies before that, they are lost. Other changes fail, but for removals on a full disk, for which {@code
 * registry-PORT.reserve} keeps space.
 */
public final class StateStore implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StateStore.class);

    /** More than all the executors that one host can run. */
    private static final int MAX_QUEUED = 65_536;

    /** More than a host registers in days; some MB. */
    private static final int MAX_UNWRITTEN = 10_000;

    private final StoreFiles files;
    private final StoreLock lock;
    private final DatabaseGuard guard;
    private final boolean isNew;
    private final OperationQueue queue;
    private final Thread writer;
    private final ExecutorService checkpoints;

    private StateStore(
            StoreFiles files,
            StoreLock lock,
            DatabaseGuard guard,
            boolean isNew,
            OperationQueue queue,
            Thread writer,
            ExecutorService checkpoints) {
        this.files = files;
        this.lock = lock;
        this.guard = guard;
        this.isNew = isNew;
        this.queue = queue;
        this.writer = writer;
        this.checkpoints = checkpoints;
    }

    /**
     * Opens a port's store, or creates it. Works on the disk.
     *
     * @param stateDir where the file lies; made if missing
     * @param port the service's port
     * @param clock names a damaged file that is moved aside
     * @param metrics where the store's metrics go
     * @return the store, for this process alone
     * @throws StoreException if the store cannot be used, with the reason and what to do
     */
    public static StateStore open(Path stateDir, int port, Clock clock, MetricRegistry metrics) throws StoreException {
        return open(stateDir, port, null, clock, metrics);
    }

    /**
     * Opens a port's store, or creates it. Works on the disk.
     *
     * @param stateDir where the file lies; made if missing
     * @param port the service's port
     * @param formerDir where an earlier version may have kept it, from where it is taken along; null if nowhere else
     * @param clock names a damaged file that is moved aside
     * @param metrics where the store's metrics go
     * @return the store, for this process alone
     * @throws StoreException if the store cannot be used, with the reason and what to do
     */
    public static StateStore open(
            Path stateDir, int port, @Nullable Path formerDir, Clock clock, MetricRegistry metrics)
            throws StoreException {
        StoreFiles files = StoreFiles.of(stateDir, port);
        Sqlite.loadLibrary();
        StoreLock lock = StoreOpening.lock(files, port);
        try {
            Reserve reserve = Reserve.at(files.reserve());
            if (formerDir != null) {
                RegistryMove.takeAlong(StoreFiles.of(formerDir, port), files, port, clock);
            }
            DatabaseCopy.finish(files, clock);
            DatabaseIdentity before = Files.exists(files.database()) && Files.size(files.database()) > 0
                    ? DatabaseIdentity.of(files)
                    : DatabaseIdentity.NONE;
            OpenDatabase database = OpenDatabase.open(files, clock, reserve);
            reserve.fillIfThereIsRoom();
            boolean isNew = before.inode() != database.identity().inode();
            return start(files, lock, database, isNew, reserve, clock, metrics);
        } catch (SQLException | IOException | RuntimeException | StoreException e) {
            StoreOpening.release(lock);
            throw e instanceof StoreException s ? s : StoreOpening.cannotUse(files, e);
        }
    }

    private static StateStore start(
            StoreFiles files,
            StoreLock lock,
            OpenDatabase database,
            boolean isNew,
            Reserve reserve,
            Clock clock,
            MetricRegistry metrics) {
        OperationQueue queue = new OperationQueue(MAX_QUEUED);
        Timer latency = metrics.timer("shuffleService.store.commitLatencyMillis");
        Counter failures = metrics.counter("shuffleService.store.failures");
        metrics.register("shuffleService.store.queuedChanges", (Gauge<Integer>) queue::size);

        Unwritten unwritten = new Unwritten(MAX_UNWRITTEN);
        metrics.register("shuffleService.store.unwrittenChanges", (Gauge<Integer>) unwritten::size);
        ExecutorService checkpoints = Executors.newSingleThreadExecutor(task -> daemon("store-checkpoint", task));
        Checkpointer checkpointer = new Checkpointer(
                files.wal(),
                database.checkpoints(),
                checkpoints,
                new FaultLog("Checkpoint of " + files.database(), "the file beside it, -wal, grows until it works"),
                Checkpointer.STEP_BYTES);
        DatabaseGuard guard = new DatabaseGuard(
                files,
                lock,
                reserve,
                database,
                clock,
                System::nanoTime,
                metrics.counter("shuffleService.store.rewrites"),
                checkpointer::use);
        Writer writer = new Writer(
                queue,
                new Transactions(guard::connection, guard::check, latency),
                unwritten,
                reserve,
                new FaultLog(
                        "Writing to " + files.database(),
                        "make room on its disk, or mend what hinders it. Until it works, executors that register are"
                                + " served from memory alone and are forgotten if this process dies, and applications"
                                + " that are over may have to stay"),
                () -> {
                    checkpointer.committed();
                    var unused = guard.check();
                },
                System::nanoTime,
                failures);
        Thread thread = daemon("store-writer", writer);
        thread.start();
        return new StateStore(files, lock, guard, isNew, queue, thread, checkpoints);
    }

    /**
     * Reads everything. Works on the disk.
     *
     * @return what is committed now
     * @throws StoreException if it cannot be read
     */
    public StoredState load() throws StoreException {
        return read(StateReader::read);
    }

    /**
     * Reads which dirs are still to be deleted. Works on the disk.
     *
     * @return what is committed now
     * @throws StoreException if it cannot be read
     */
    public List<StoredRemoval> loadRemovals() throws StoreException {
        return read(StateReader::readRemovals);
    }

    /**
     * Reads for how long applications were quiet. Works on the disk.
     *
     * @return their quiet times by their ids; one that was not quiet is not there
     * @throws StoreException if it cannot be read
     */
    public Map<String, Duration> loadQuietTimes() throws StoreException {
        return read(StateReader::readQuietTimes);
    }

    /**
     * Reads which applications are kept by hand. Works on the disk.
     *
     * @return their ids
     * @throws StoreException if it cannot be read
     */
    public Set<String> loadKept() throws StoreException {
        return read(StateReader::readKept);
    }

    private interface Reading<T> {
        T read(StateReader reader, Connection connection) throws SQLException;
    }

    private <T> T read(Reading<T> reading) throws StoreException {
        StateReader reader = new StateReader();
        T result;
        try (Connection own = Sqlite.connectConfigured(files.database())) {
            result = reading.read(reader, own);
        } catch (SQLException e) {
            throw new StoreException("cannot read the registry " + files.database() + ": " + e.getMessage(), e);
        }
        if (reader.invalidRows() > 0) {
            logger.warn("Passed over {} invalid rows in {}: was it edited?", reader.invalidRows(), files.database());
        }
        return result;
    }

    /**
     * Stores an application, or changes it.
     *
     * @param application the application
     * @return completes when it is committed, or waits in memory for a file that cannot be written
     */
    public CompletableFuture<Void> putApplication(StoredApplication application) {
        return submit(new Registration.OfApplication(application));
    }

    /**
     * Stores an executor, or changes it, together with the ownership of its dirs; its application too if that is
     * unknown. Dirs that the application owned before stay its own.
     *
     * @param executor the executor
     * @param dirs the ownership of its dirs
     * @return completes when all of it is committed, or waits in memory for a file that cannot be written; fails with a
     *     {@link DirTakenException} if one of the dirs belongs to another application, or if it, or one inside or above
     *     it, is still to be deleted
     */
    public CompletableFuture<Void> putExecutor(StoredExecutor executor, List<StoredLocalDir> dirs) {
        return submit(new Registration.OfExecutor(executor, List.copyOf(dirs)));
    }

    /**
     * Forgets an application, its executors and what it owns, and stores the intent to delete dirs, all at once.
     *
     * @param appId the application
     * @param removals what is to be deleted
     * @return completes when all of it is committed
     */
    public CompletableFuture<Void> removeApplication(String appId, List<StoredRemoval> removals) {
        return submit(new Removal(appId, List.copyOf(removals)));
    }

    /**
     * Forgets executors; what their applications own stays their own.
     *
     * @param ids the executors
     * @return completes when all are gone from the store
     */
    public CompletableFuture<Void> dropExecutors(Collection<AppExecId> ids) {
        List<AppExecId> dropped = List.copyOf(ids);
        return submit(statements -> statements.dropExecutors(dropped));
    }

    /**
     * Stores for how long an application was quiet.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param quiet for how long there was no sign of life of it
     * @return completes when it is committed
     */
    public CompletableFuture<Void> putQuietTime(String appId, Duration quiet) {
        long quietMs = quiet.toMillis();
        return submit(statements -> statements.putQuiet(appId, quietMs));
    }

    /**
     * Stores whether an application is kept by hand.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param kept whether it is
     * @return completes when it is committed
     */
    public CompletableFuture<Void> putKept(String appId, boolean kept) {
        return submit(statements -> statements.putKept(appId, kept));
    }

    /**
     * Forgets the intent to delete a dir.
     *
     * @param dir the dir, which is gone
     * @return completes when it is committed
     */
    public CompletableFuture<Void> removalDone(LocalDir dir) {
        return submit(statements -> statements.removalDone(dir));
    }

    /**
     * Asks the thread that writes whether it comes to what it is given.
     *
     * @return completes when it has opened a transaction, or found that it cannot; fails if the store takes nothing more
     */
    public CompletableFuture<Void> ping() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            queue.add(new OperationQueue.Entry(statements -> {}, done));
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
        return done.handle((written, failure) -> null);
    }

    /**
     * Looks whether the file that is open is the one that others find. Works on the disk.
     *
     * @throws StoreException if it is not, or cannot be looked at; what it names must not be taken for all
     */
    public void verify() throws StoreException {
        guard.verify();
    }

    /** Whether it began empty, because there was none, or one that was damaged. */
    public boolean isNew() {
        return isNew;
    }

    /**
     * Tells which file the registry is. It becomes another one when the registry is written again, with all that it held.
     *
     * @return its number in its file system
     */
    public long inode() {
        return guard.inode();
    }

    private CompletableFuture<Void> submit(Operation operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            queue.add(new OperationQueue.Entry(operation, done));
        } catch (StoreException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    /** Commits what is queued, moves all of it into the database file, and lets go of it. Waits for the disk. */
    @Override
    public void close() {
        if (!queue.close()) {
            return;
        }
        join();
        // What is committed by now is to be found at the next start.
        var unused = guard.checkNow();
        checkpoints.shutdown();
        try (lock;
                OpenDatabase database = guard.database();
                Statement statement = database.connection().createStatement()) {
            if (!checkpoints.awaitTermination(1, TimeUnit.MINUTES)) {
                logger.warn("A checkpoint of {} hangs; is its disk well?", files.database());
                return;
            }
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException | IOException e) {
            logger.warn("Closing {} failed, but all that was committed is there: {}", files.database(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() {
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
