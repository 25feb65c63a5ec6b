package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StateReader;
import dev.mesosshuffle.database.StateVisitor;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.peers.PeerRegistries;
import java.io.IOException;
import java.nio.file.Path;
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
 * | kept                 |        | local_dirs             |  as the executor spells them, one per line
 * | driver_address       |        | real_dirs              |  their real paths, line by line, if they differ:
 * | driver_reregisters   |        | sub_dirs_per_local_dir |  each is a path of local_dirs
 * +----------------------+        | shuffle_manager        |
 *            ^                    +------------------------+
 *            |
 *            |  local_dirs                      removals
 *            |  +------------+                  +------------+
 *            +--| app_id  PK |   application    | path    PK |  to be deleted; the row is removed
 *               | path PK, U |   expired -----&gt; | app_id     |  when the directory is deleted
 *               | root       |                  | root       |
 *               | root_inode |                  | root_inode |
 *               +------------+                  +------------+
 *
 *  quiet_times
 * +-----------+
 * | app_id PK |  how long an application has been idle, without a liveness signal; no row: not long enough to store
 * | quiet_ms  |
 * +-----------+
 *
 * applications.driver_address: the addresses of all its living drivers, without port, separated by spaces, and the token
 * "others" if there were more than are tracked; NULL: unknown. applications.driver_reregisters: whether drivers register
 * again after a loss from each of these addresses.
 * PRAGMA user_version: the schema's version. PRAGMA application_id: "MSHS".
 * </pre>
 *
 * <p>Beside it are SQLite's own {@code -wal} and {@code -shm}, also while nobody uses it, and {@code registry-PORT.lock},
 * which is locked as long as a process uses the store. A corrupt database is moved aside, and a new one takes its place.
 *
 * <p><b>Concurrency:</b> every method may be called from any thread. Operations are queued without blocking and committed
 * by one thread, many in one transaction: those of one application in that order, others in turns of those who wait for them.
 * A future completes after its commit, on that thread, so its dependents must not block. A future fails with a {@link StoreException}; nothing of that operation is stored then.
 *
 * <p><b>While the file cannot be written</b>, as on a disk that is full, read-only or broken, registrations and removals
 * are acknowledged all the same: their futures complete, and they are deferred in memory, up to a maximum number, to be
 * written before anything that comes later. If the process dies before that, they are lost. For removals on a full disk,
 * {@code registry-PORT.reserve} keeps space. Other operations fail.
 */
public final class StateStore implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StateStore.class);

    /** More than all the executors that one host can run. */
    private static final int MAX_QUEUED = 65_536;

    /** More than a host registers in days. */
    private static final int MAX_DEFERRED = 10_000;

    /** The part of the heap that deferred operations may occupy. */
    private static final int DEFERRED_PART = 32;

    /** The clients for whose sake operators' and probes' operations take turns. */
    private static final Object OPERATORS = new Object();

    private static final Object PROBES = new Object();

    /** For the last checkpoint, which never returns if the disk hangs. */
    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(1);

    private final StoreFiles files;
    private final StoreDatabase database;
    private final TimeLimiter limiter;
    private final OperationQueue queue;
    private final Thread writer;
    private final ExecutorService checkpoints;

    private final RegistryFileReader reader;

    private final DeferredWrites deferred;

    private StateStore(
            StoreFiles files,
            StoreDatabase database,
            TimeLimiter limiter,
            OperationQueue queue,
            Thread writer,
            ExecutorService checkpoints,
            RegistryFileReader reader,
            DeferredWrites deferred) {
        this.files = files;
        this.database = database;
        this.limiter = limiter;
        this.queue = queue;
        this.writer = writer;
        this.checkpoints = checkpoints;
        this.reader = reader;
        this.deferred = deferred;
    }

    /**
     * Opens a port's store, or creates it, if all registries of this host are in one directory. Works on the disk.
     *
     * @param stateDir the file's directory; created if missing
     * @param port the service's port
     * @param clock for the name of a corrupt file that is moved aside
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
                PeerRegistries.of(stateDir, port, List.of()).peers());
    }

    /**
     * Opens a port's store, or creates it. Works on the disk.
     *
     * @param stateDir the file's directory; created if missing
     * @param port the service's port
     * @param clock for the name of a corrupt file that is moved aside
     * @param metrics where the store's metrics go
     * @param peers the registries of other ports, whose applications' directories must not be registered here
     * @return the store, for this process alone
     * @throws StoreException if the store cannot be used, with the reason and what to do
     */
    public static StateStore open(Path stateDir, int port, Clock clock, MetricRegistry metrics, PeerDatabases peers)
            throws StoreException {
        StoreFiles files = StoreFiles.of(stateDir, port);
        Sqlite.loadLibrary();
        ReserveFile reserve = ReserveFile.at(files.reserve());
        ExecutorService checkpoints = Executors.newSingleThreadExecutor(DaemonThreads.named("store-checkpoint"));
        StoreDatabase database = new StoreDatabase(
                files,
                port,
                clock,
                reserve,
                metrics.counter("shuffleService.store.rewrites"),
                former -> Checkpointer.retire(former, checkpoints));
        boolean isWritable = true;
        try {
            database.open();
        } catch (StoreException e) {
            StoreOpener.checkReadOnly(files, e);
            database.expectFoundFile();
            isWritable = false;
        }
        RegistryFileReader reader = new RegistryFileReader(files, isWritable);
        return start(files, database, reserve, checkpoints, metrics, peers, reader);
    }

    private static StateStore start(
            StoreFiles files,
            StoreDatabase database,
            ReserveFile reserve,
            ExecutorService checkpoints,
            MetricRegistry metrics,
            PeerDatabases peers,
            RegistryFileReader reader)
            throws StoreException {
        OperationQueue queue = new OperationQueue(MAX_QUEUED);
        Timer latency = metrics.timer("shuffleService.store.commitLatencyMillis");
        Counter failures = metrics.counter("shuffleService.store.failures");
        metrics.register("shuffleService.store.queuedWrites", (Gauge<Integer>) queue::size);

        List<StoredRemoval> removals = reader.read(StateReader::readRemovals);
        DeferredWrites deferred =
                new DeferredWrites(MAX_DEFERRED, Runtime.getRuntime().maxMemory() / DEFERRED_PART);
        if (!reader.isWritable()) {
            deferred.add(new OperationQueue.Entry(new ReopenOperation(), new CompletableFuture<>()));
        }
        metrics.register("shuffleService.store.deferredWrites", (Gauge<Integer>) deferred::size);
        metrics.register("shuffleService.store.deferredBytes", (Gauge<Long>) deferred::bytes);
        Checkpointer checkpointer = new Checkpointer(
                files.wal(),
                database::checkpoints,
                checkpoints,
                new OutageLogger(logger, "Checkpoint of " + files.database(), "its -wal file grows until it works"),
                Checkpointer.STEP_BYTES);
        TransactionRunner transactions =
                new TransactionRunner(database::writing, database::checkFile, peers, TransactionRunner.LIMIT, latency);
        StoreWriter writer = new StoreWriter(
                queue,
                transactions,
                new StoreWriter.Acknowledged(deferred, new IntentIndex(removals)),
                reserve,
                () -> {
                    checkpointer.committed();
                    transactions.verify();
                },
                System::nanoTime,
                new StoreWriter.FailureReports(
                        new OutageLogger(
                                logger,
                                "Writing to " + files.database(),
                                "free space on its disk, or repair it. Until it works, executors that register are"
                                        + " served from memory only, and are unknown after a restart, and expired"
                                        + " applications that are removed are restored by one"),
                        failures));
        Thread thread = DaemonThreads.newThread("store-writer", writer);
        thread.start();
        return new StateStore(files, database, peers.limiter(), queue, thread, checkpoints, reader, deferred);
    }

    /**
     * Reads everything. Works on the disk.
     *
     * @return what is committed now
     * @throws StoreException if it cannot be read
     */
    public StoredState load() throws StoreException {
        return reader.read(StateReader::read);
    }

    /**
     * Reads everything as {@link #load()} does, part by part.
     *
     * @param visitor gets it
     * @throws StoreException if it cannot be read
     */
    public void load(StateVisitor visitor) throws StoreException {
        reader.read((state, connection) -> {
            state.read(connection, visitor);
            return true;
        });
    }

    /**
     * Reads which directories are still to be deleted. Works on the disk.
     *
     * @return what is committed now
     * @throws StoreException if it cannot be read
     */
    public List<StoredRemoval> loadRemovals() throws StoreException {
        return reader.read(StateReader::readRemovals);
    }

    /**
     * Reads how long applications have been idle. Works on the disk.
     *
     * @return the stored idle times by the ids of their applications
     * @throws StoreException if it cannot be read
     */
    public Map<String, Duration> loadIdleTimes() throws StoreException {
        return reader.read(StateReader::readIdleTimes);
    }

    /**
     * Reads which applications an operator keeps. Works on the disk.
     *
     * @return their ids
     * @throws StoreException if it cannot be read
     */
    public Set<String> loadKept() throws StoreException {
        return reader.read(StateReader::readKept);
    }

    /**
     * Reads the addresses of the drivers that were alive. Works on the disk.
     *
     * @return by the ids of their applications, as given to {@link #putDrivers}; unknown ones are missing
     * @throws StoreException if it cannot be read
     */
    public Map<String, String> loadDriverAddresses() throws StoreException {
        return reader.read(StateReader::readDriverAddresses);
    }

    /**
     * Reads which applications had drivers that all register again after a loss. Works on the disk.
     *
     * @return the longest heartbeat timeouts of these drivers, by the ids of their applications; the others are missing
     * @throws StoreException if it cannot be read
     */
    public Map<String, Duration> loadReregisteringDrivers() throws StoreException {
        return reader.read(StateReader::readReregisteringDrivers);
    }

    /**
     * Stores an application, or changes it.
     *
     * @param application the application
     * @return completes when it is committed, or deferred because the file cannot be written
     */
    public CompletableFuture<Void> putApplication(StoredApplication application) {
        return submit(new RegistrationOperation.OfApplication(application), StoreTurn.ofService(application.appId()));
    }

    /**
     * Stores an executor, or changes it, together with the ownership of its directories; its application too if that is
     * unknown. Directories that the application owned before stay its own.
     *
     * @param executor the executor
     * @param dirs the ownership of its directories
     * @return completes when all of it is committed, or deferred because the file cannot be written; fails with a {@link
     *     DirConflictException} if one of the directories belongs to another application, or if it, or one inside or
     *     above it, is being removed
     */
    public CompletableFuture<Void> putExecutor(RegisteredExecutor executor, List<StoredLocalDir> dirs) {
        return submit(
                new RegistrationOperation.OfExecutor(executor, List.copyOf(dirs)),
                StoreTurn.ofService(executor.id().appId()));
    }

    /**
     * Deletes an application, its executors and its ownership, and stores the intents to delete directories, atomically.
     *
     * @param appId the application
     * @param removals the directories to be deleted
     * @return completes when all of it is committed, or deferred because the file cannot be written
     */
    public CompletableFuture<Void> removeApplication(String appId, List<StoredRemoval> removals) {
        return submit(new RemovalOperation(appId, List.copyOf(removals)), StoreTurn.ofService(appId));
    }

    /**
     * As {@link #putApplication(StoredApplication)}, with a future that what follows depends on already.
     *
     * @param client who waits for it, whose operations take turns with those of others
     * @param done completes later, on the store's thread
     * @throws StoreException if it is not accepted; then {@code done} never completes
     */
    public void putApplication(StoredApplication application, Object client, CompletableFuture<Void> done)
            throws StoreException {
        submit(new RegistrationOperation.OfApplication(application), new StoreTurn(client, application.appId()), done);
    }

    /**
     * As {@link #putExecutor(RegisteredExecutor, List)}, with a future that what follows depends on already.
     *
     * @param client who waits for it, whose operations take turns with those of others
     * @param done completes later, on the store's thread
     * @throws StoreException if it is not accepted; then {@code done} never completes
     */
    public void putExecutor(
            RegisteredExecutor executor, List<StoredLocalDir> dirs, Object client, CompletableFuture<Void> done)
            throws StoreException {
        submit(
                new RegistrationOperation.OfExecutor(executor, List.copyOf(dirs)),
                new StoreTurn(client, executor.id().appId()),
                done);
    }

    /**
     * As {@link #removeApplication(String, List)}, with a future that what follows depends on already.
     *
     * @param done completes later, on the store's thread
     * @throws StoreException if it is not accepted; then {@code done} never completes
     */
    public void removeApplication(String appId, List<StoredRemoval> removals, CompletableFuture<Void> done)
            throws StoreException {
        submit(new RemovalOperation(appId, List.copyOf(removals)), StoreTurn.ofService(appId), done);
    }

    /**
     * Deletes executors; what their applications own stays their own. Only before any of these can register again, since later
     * registrations may be stored before.
     *
     * @param ids the executors
     * @return completes when all of it is committed
     */
    public CompletableFuture<Void> deleteExecutors(Collection<AppExecId> ids) {
        List<AppExecId> deleted = List.copyOf(ids);
        return submit(statements -> statements.deleteExecutors(deleted), StoreTurn.OWN);
    }

    /**
     * Stores how long an application has been idle.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param idle the time since its last liveness signal; zero deletes what is stored
     * @return completes when it is committed
     */
    public CompletableFuture<Void> putIdleTime(String appId, Duration idle) {
        long idleMs = idle.toMillis();
        return submit(statements -> statements.putIdleTime(appId, idleMs), StoreTurn.ofService(appId));
    }

    /**
     * Stores which living drivers an application has.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param heartbeatTimeoutMs the longest of their heartbeat timeouts
     * @param addresses their addresses, without port, separated by spaces
     * @param reregister whether drivers register again after a loss from each of these addresses
     * @return completes when it is committed
     */
    public CompletableFuture<Void> putDrivers(
            String appId, long heartbeatTimeoutMs, String addresses, boolean reregister) {
        return submit(
                statements -> statements.putDrivers(appId, heartbeatTimeoutMs, addresses, reregister),
                StoreTurn.ofService(appId));
    }

    /**
     * Stores whether an operator keeps an application.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param kept whether it is
     * @return completes when it is committed
     */
    public CompletableFuture<Void> putKept(String appId, boolean kept) {
        return submit(statements -> statements.putKept(appId, kept), new StoreTurn(OPERATORS, appId));
    }

    /**
     * Deletes the intent to delete a directory.
     *
     * @param dir the directory, which is deleted
     * @return completes when it is committed, or deferred because the file cannot be written
     */
    public CompletableFuture<Void> deleteRemoval(LocalDir dir) {
        return submit(new RemovalEndOperation(dir), StoreTurn.OWN);
    }

    /**
     * Checks that the thread that writes makes progress.
     *
     * @return completes when a transaction has succeeded or failed; fails if the store accepts no operations
     */
    public CompletableFuture<Void> ping() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            queue.add(new OperationQueue.Entry(statements -> {}, done, new StoreTurn(PROBES, null)));
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
        return done.handle((written, failure) -> null);
    }

    /** Returns how many changes wait in memory because the file cannot be written; 0 if it can. Never waits. */
    public int deferredWrites() {
        return deferred.size();
    }

    /** Whether the file could be written when it was opened. */
    boolean isWritable() {
        return reader.isWritable();
    }

    /** Applies any operation; completes when it is committed. */
    CompletableFuture<Void> apply(StoreOperation operation) {
        return submit(operation, StoreTurn.OWN);
    }

    /**
     * Checks that the open file is the one that others find. Works on the disk.
     *
     * @throws StoreException if it is not, or cannot be inspected; then its content is no complete evidence
     */
    public void verify() throws StoreException {
        database.verify();
    }

    /** Whether it started empty, because there was no database, or a corrupt one. */
    public boolean isNew() {
        return database.isNew();
    }

    /**
     * Returns the inode of the registry's file. It changes when the registry is written again, with all that it held.
     */
    public long inode() {
        return database.inode();
    }

    private CompletableFuture<Void> submit(StoreOperation operation, StoreTurn turn) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            submit(operation, turn, done);
        } catch (StoreException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    private void submit(StoreOperation operation, StoreTurn turn, CompletableFuture<Void> done) throws StoreException {
        queue.add(new OperationQueue.Entry(operation, done, turn));
    }

    /** Commits what is queued, moves all of it into the database file, and closes it. Waits for the disk. */
    @Override
    public void close() {
        if (!queue.close()) {
            return;
        }
        join();
        checkpoints.shutdown();
        try {
            if (!checkpoints.awaitTermination(1, TimeUnit.MINUTES)) {
                logger.warn("A checkpoint of {} hangs; check its disk", files.database());
                return;
            }
            limiter.call(files.database(), CLOSE_LIMIT, database::closed, late -> {});
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
}
