package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.BoundedCalls;
import dev.mesosshuffle.database.RegistrySnapshot;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StateReader;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredExecutor;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.peers.PeerRegistries;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
 * | driver_address       |        | real_dirs              |  where they are, line by line, if not there:
 * +----------------------+        | sub_dirs_per_local_dir |  each is a path of local_dirs
 *            ^                    | shuffle_manager        |
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
 * <p>Beside it lie SQLite's own {@code -wal} and {@code -shm}, also while nobody uses it, and {@code registry-PORT.lock}, which is locked as long as
 * a process uses the store. A damaged database is moved aside, and a new one takes its place.
 *
 * <p><b>Concurrency:</b> every method may be called from any thread. Changes are queued without blocking and committed
 * in that order by one thread, many in one transaction; a future completes after its commit, on that thread, so what
 * depends on it must not block. A future fails with a {@link StoreException}; nothing of that change is stored then.
 *
 * <p><b>While the file cannot be written</b>, as on a full disk or one that is read-only or broken, applications and
 * executors are put, and applications removed, all the same: their futures complete, and they wait in memory, a bounded
 * number of them, to be written before anything that comes later. If the process dies before that, they are lost. For
 * removals on a full disk, {@code registry-PORT.reserve} keeps space. Other changes fail.
 */
public final class StateStore implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StateStore.class);

    /** More than all the executors that one host can run. */
    private static final int MAX_QUEUED = 65_536;

    /** More than a host registers in days; some MB. */
    private static final int MAX_UNWRITTEN = 10_000;

    /** For the last checkpoint, which a disk that hangs never ends. */
    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(1);

    private final StoreFiles files;
    private final StoreDatabase database;
    private final BoundedCalls calls;
    private final OperationQueue queue;
    private final Thread writer;
    private final ExecutorService checkpoints;

    /** What was read at the start from a file that could not be written; null if it could. */
    private final @Nullable RegistrySnapshot snapshot;

    private StateStore(
            StoreFiles files,
            StoreDatabase database,
            BoundedCalls calls,
            OperationQueue queue,
            Thread writer,
            ExecutorService checkpoints,
            @Nullable RegistrySnapshot snapshot) {
        this.files = files;
        this.database = database;
        this.calls = calls;
        this.queue = queue;
        this.writer = writer;
        this.checkpoints = checkpoints;
        this.snapshot = snapshot;
    }

    /**
     * Opens a port's store, or creates it, where all registries of this host lie in one dir. Works on the disk.
     *
     * @param stateDir where the file lies; made if missing
     * @param port the service's port
     * @param clock names a damaged file that is moved aside
     * @param metrics where the store's metrics go
     * @return the store, for this process alone
     * @throws StoreException if the store cannot be used, with the reason and what to do
     */
    public static StateStore open(Path stateDir, int port, Clock clock, MetricRegistry metrics) throws StoreException {
        return open(
                stateDir,
                port,
                clock,
                metrics,
                PeerRegistries.of(stateDir, port, List.of()).others());
    }

    /**
     * Opens a port's store, or creates it. Works on the disk.
     *
     * @param stateDir where the file lies; made if missing
     * @param port the service's port
     * @param clock names a damaged file that is moved aside
     * @param metrics where the store's metrics go
     * @param others the registries of other ports, whose applications' dirs are not to be registered here
     * @return the store, for this process alone
     * @throws StoreException if the store cannot be used, with the reason and what to do
     */
    public static StateStore open(Path stateDir, int port, Clock clock, MetricRegistry metrics, PeerDatabases others)
            throws StoreException {
        StoreFiles files = StoreFiles.of(stateDir, port);
        Sqlite.loadLibrary();
        ReserveFile reserve = ReserveFile.at(files.reserve());
        ExecutorService checkpoints = Executors.newSingleThreadExecutor(task -> daemon("store-checkpoint", task));
        StoreDatabase database = new StoreDatabase(
                files,
                port,
                clock,
                reserve,
                metrics.counter("shuffleService.store.rewrites"),
                former -> Checkpointer.retire(former, checkpoints));
        RegistrySnapshot snapshot = null;
        try {
            database.open();
        } catch (StoreException e) {
            snapshot = StoreOpener.readOnly(files, e);
            database.expectWhatIsThere();
        }
        return start(files, database, reserve, checkpoints, metrics, others, snapshot);
    }

    private static StateStore start(
            StoreFiles files,
            StoreDatabase database,
            ReserveFile reserve,
            ExecutorService checkpoints,
            MetricRegistry metrics,
            PeerDatabases others,
            @Nullable RegistrySnapshot snapshot)
            throws StoreException {
        OperationQueue queue = new OperationQueue(MAX_QUEUED);
        Timer latency = metrics.timer("shuffleService.store.commitLatencyMillis");
        Counter failures = metrics.counter("shuffleService.store.failures");
        metrics.register("shuffleService.store.queuedChanges", (Gauge<Integer>) queue::size);

        List<StoredRemoval> removals = snapshot == null
                ? read(files, StateReader::readRemovals)
                : snapshot.state().removals();
        DeferredWrites unwritten = new DeferredWrites(MAX_UNWRITTEN);
        if (snapshot != null) {
            unwritten.add(new OperationQueue.Entry(new ReopenOperation(), new CompletableFuture<>()));
        }
        metrics.register("shuffleService.store.unwrittenChanges", (Gauge<Integer>) unwritten::size);
        Checkpointer checkpointer = new Checkpointer(
                files.wal(),
                database::checkpoints,
                checkpoints,
                new OutageLogger(
                        logger, "Checkpoint of " + files.database(), "the file beside it, -wal, grows until it works"),
                Checkpointer.STEP_BYTES);
        TransactionRunner transactions =
                new TransactionRunner(database::writing, database::hindrance, others, TransactionRunner.LIMIT, latency);
        StoreWriter writer = new StoreWriter(
                queue,
                transactions,
                unwritten,
                new IntentIndex(removals),
                reserve,
                new OutageLogger(
                        logger,
                        "Writing to " + files.database(),
                        "make room on its disk, or mend what hinders it. Until it works, executors that register are"
                                + " served from memory alone and are forgotten if this process dies, and applications"
                                + " that are over and removed are known again if it does"),
                () -> {
                    checkpointer.committed();
                    transactions.verify();
                },
                System::nanoTime,
                failures);
        Thread thread = daemon("store-writer", writer);
        thread.start();
        return new StateStore(files, database, others.calls(), queue, thread, checkpoints, snapshot);
    }

    /**
     * Reads everything. Works on the disk.
     *
     * @return what is committed now; if the file could not be written when it was opened, what was committed then
     * @throws StoreException if it cannot be read
     */
    public StoredState load() throws StoreException {
        return snapshot == null ? read(files, StateReader::read) : snapshot.state();
    }

    /**
     * Reads which dirs are still to be deleted. Works on the disk.
     *
     * @return what is committed now
     * @throws StoreException if it cannot be read
     */
    public List<StoredRemoval> loadRemovals() throws StoreException {
        return snapshot == null
                ? read(files, StateReader::readRemovals)
                : snapshot.state().removals();
    }

    /**
     * Reads for how long applications were quiet. Works on the disk.
     *
     * @return their quiet times by their ids; one that was not quiet is not there
     * @throws StoreException if it cannot be read
     */
    public Map<String, Duration> loadQuietTimes() throws StoreException {
        return snapshot == null ? read(files, StateReader::readQuietTimes) : snapshot.quietTimes();
    }

    /**
     * Reads which applications are kept by hand. Works on the disk.
     *
     * @return their ids
     * @throws StoreException if it cannot be read
     */
    public Set<String> loadKept() throws StoreException {
        return snapshot == null ? read(files, StateReader::readKept) : snapshot.kept();
    }

    /**
     * Reads where the drivers were that were in charge. Works on the disk.
     *
     * @return their addresses, without port, by the ids of their applications, for as many as are known
     * @throws StoreException if it cannot be read
     */
    public Map<String, String> loadDriverAddresses() throws StoreException {
        return snapshot == null ? read(files, StateReader::readDriverAddresses) : snapshot.driverAddresses();
    }

    private interface Reading<T> {
        T read(StateReader reader, Connection connection) throws SQLException;
    }

    private static <T> T read(StoreFiles files, Reading<T> reading) throws StoreException {
        StateReader reader = new StateReader();
        T result;
        try (Connection own = Sqlite.connectConfigured(files.database())) {
            result = reading.read(reader, own);
        } catch (SQLException e) {
            throw new StoreException("cannot read the registry " + files.database() + ": " + e.getMessage(), e);
        }
        if (reader.invalidRows() > 0) {
            logger.warn(
                    "Passed over {} invalid rows in {}: was it edited? If not, their paths cannot be spelled in this process's"
                            + " locale: start it in one with UTF-8 (LC_ALL=C.UTF-8). Applications that they are of stay.",
                    reader.invalidRows(),
                    files.database());
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
        return submit(new RegistrationOperation.OfApplication(application));
    }

    /**
     * Stores an executor, or changes it, together with the ownership of its dirs; its application too if that is
     * unknown. Dirs that the application owned before stay its own.
     *
     * @param executor the executor
     * @param dirs the ownership of its dirs
     * @return completes when all of it is committed, or waits in memory for a file that cannot be written; fails with a
     *     {@link DirConflictException} if one of the dirs belongs to another application, or if it, or one inside or above
     *     it, is still to be deleted
     */
    public CompletableFuture<Void> putExecutor(StoredExecutor executor, List<StoredLocalDir> dirs) {
        return submit(new RegistrationOperation.OfExecutor(executor, List.copyOf(dirs)));
    }

    /**
     * Forgets an application, its executors and what it owns, and stores the intent to delete dirs, all at once.
     *
     * @param appId the application
     * @param removals what is to be deleted
     * @return completes when all of it is committed, or waits in memory for a file that cannot be written
     */
    public CompletableFuture<Void> removeApplication(String appId, List<StoredRemoval> removals) {
        return submit(new RemovalOperation(appId, List.copyOf(removals)));
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
     * Stores which drivers an application has since that has changed.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param heartbeatTimeoutMs after how many ms of silence the last of them expires
     * @param address where they are, without port
     * @return completes when it is committed
     */
    public CompletableFuture<Void> putDriver(String appId, long heartbeatTimeoutMs, String address) {
        return submit(statements -> statements.putDriver(appId, heartbeatTimeoutMs, address));
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
     * @return completes when it is committed, or waits in memory for a file that cannot be written
     */
    public CompletableFuture<Void> removalDone(LocalDir dir) {
        return submit(new RemovalEndOperation(dir));
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

    /** Whether the file could be written when it was opened. */
    boolean isWritable() {
        return snapshot == null;
    }

    /** Changes anything. */
    CompletableFuture<Void> apply(StoreOperation operation) {
        return submit(operation);
    }

    /**
     * Looks whether the file that is open is the one that others find. Works on the disk.
     *
     * @throws StoreException if it is not, or cannot be looked at; what it names must not be taken for all
     */
    public void verify() throws StoreException {
        database.verify();
    }

    /** Whether it began empty, because there was none, or one that was damaged. */
    public boolean isNew() {
        return database.isNew();
    }

    /**
     * Tells which file the registry is. It becomes another one when the registry is written again, with all that it held.
     *
     * @return its number in its file system
     */
    public long inode() {
        return database.inode();
    }

    private CompletableFuture<Void> submit(StoreOperation operation) {
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
        checkpoints.shutdown();
        try {
            if (!checkpoints.awaitTermination(1, TimeUnit.MINUTES)) {
                logger.warn("A checkpoint of {} hangs; is its disk well?", files.database());
                return;
            }
            calls.call(files.database(), CLOSE_LIMIT, database::closed, late -> {});
        } catch (ExecutionException | IOException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            logger.warn(
                    "Closing {} failed, but all that was committed is there: {}",
                    files.database(),
                    reason.getMessage());
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
