package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SQL behind each operation, prepared once.
 *
 * <p><b>Concurrency:</b> used by one thread at a time.
 */
final class Statements implements AutoCloseable {
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement addApplication;
    private final PreparedStatement putApplication;
    private final PreparedStatement putDrivers;
    private final PreparedStatement putKept;
    private final PreparedStatement deleteApplication;
    private final PreparedStatement putExecutor;
    private final PreparedStatement deleteExecutor;
    private final PreparedStatement deleteExecutors;
    private final PreparedStatement putLocalDir;
    private final PreparedStatement deleteLocalDirs;
    private final PreparedStatement putRemoval;
    private final PreparedStatement deleteRemoval;
    private final PreparedStatement ownerOf;
    private final PreparedStatement executorAt;
    private final PreparedStatement removalAt;
    private final PreparedStatement removalBelow;
    private final PreparedStatement putIdleTime;
    private final PreparedStatement deleteIdleTime;

    Statements(Connection db) throws SQLException {
        // IMMEDIATE: the wait for an operator who writes is here, where it is bounded, not within the transaction.
        begin = db.prepareStatement("BEGIN IMMEDIATE");
        commit = db.prepareStatement("COMMIT");
        rollback = db.prepareStatement("ROLLBACK");
        addApplication = db.prepareStatement("INSERT OR IGNORE INTO applications (app_id) VALUES (?)");
        putApplication = db.prepareStatement(
                "INSERT INTO applications (app_id, heartbeat_timeout_ms, driver_address, driver_reregisters)"
                        + " VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT (app_id) DO UPDATE"
                        + " SET heartbeat_timeout_ms = ifnull(excluded.heartbeat_timeout_ms, heartbeat_timeout_ms),"
                        + " driver_reregisters = CASE WHEN excluded.driver_address IS NULL"
                        + " THEN driver_reregisters ELSE excluded.driver_reregisters END,"
                        + " driver_address = ifnull(excluded.driver_address, driver_address)");
        putDrivers = db.prepareStatement(
                "UPDATE applications SET heartbeat_timeout_ms = ?2, driver_address = ?3, driver_reregisters = ?4"
                        + " WHERE app_id = ?1");
        putKept = db.prepareStatement("UPDATE applications SET kept = ?2 WHERE app_id = ?1");
        deleteApplication = db.prepareStatement("DELETE FROM applications WHERE app_id = ?");
        putExecutor = db.prepareStatement("INSERT OR REPLACE INTO executors VALUES (?, ?, ?, ?, ?, ?)");
        deleteExecutor = db.prepareStatement("DELETE FROM executors WHERE app_id = ? AND exec_id = ?");
        deleteExecutors = db.prepareStatement("DELETE FROM executors WHERE app_id = ?");
        putLocalDir = db.prepareStatement("INSERT INTO local_dirs VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE"
                + " SET root = excluded.root, root_inode = excluded.root_inode WHERE app_id = excluded.app_id");
        deleteLocalDirs = db.prepareStatement("DELETE FROM local_dirs WHERE app_id = ?");
        putRemoval = db.prepareStatement("INSERT OR REPLACE INTO removals VALUES (?, ?, ?, ?)");
        deleteRemoval = db.prepareStatement("DELETE FROM removals WHERE path = ?");
        ownerOf = db.prepareStatement("SELECT app_id FROM local_dirs WHERE path = ?");
        executorAt = db.prepareStatement("SELECT app_id FROM executors WHERE app_id = ? AND exec_id = ?");
        removalAt = db.prepareStatement("SELECT app_id FROM removals WHERE path = ?");
        // '0' is the character after '/': between the two lies everything below a path.
        removalBelow = db.prepareStatement("SELECT app_id FROM removals WHERE path > ?1 || '/' AND path < ?1 || '0'");
        putIdleTime = db.prepareStatement(
                "INSERT OR REPLACE INTO quiet_times SELECT app_id, ?2 FROM applications" + " WHERE app_id = ?1");
        deleteIdleTime = db.prepareStatement("DELETE FROM quiet_times WHERE app_id = ?");
    }

    void begin() throws SQLException {
        begin.executeUpdate();
    }

    void commit() throws SQLException {
        commit.executeUpdate();
    }

    void rollback() throws SQLException {
        rollback.executeUpdate();
    }

    void putApplication(StoredApplication application) throws SQLException {
        putApplication.setString(1, application.appId());
        setNumber(putApplication, 2, application.heartbeatTimeoutMs());
        putApplication.setString(3, application.driverAddresses());
        putApplication.setInt(4, application.driversReregister() ? 1 : 0);
        putApplication.executeUpdate();
    }

    void putDrivers(String appId, long heartbeatTimeoutMs, String addresses, boolean reregister) throws SQLException {
        putDrivers.setString(1, appId);
        putDrivers.setLong(2, heartbeatTimeoutMs);
        putDrivers.setString(3, addresses);
        putDrivers.setInt(4, reregister ? 1 : 0);
        putDrivers.executeUpdate();
    }

    void putKept(String appId, boolean kept) throws SQLException {
        putKept.setString(1, appId);
        putKept.setInt(2, kept ? 1 : 0);
        putKept.executeUpdate();
    }

    void putExecutor(RegisteredExecutor executor, List<StoredLocalDir> dirs) throws SQLException, DirConflictException {
        for (StoredLocalDir dir : dirs) {
            checkNotInRemoval(dir.dir());
            putLocalDir(dir);
        }
        run(addApplication, executor.id().appId());
        putExecutor(executor);
    }

    private void putExecutor(RegisteredExecutor executor) throws SQLException {
        putExecutor.setString(1, executor.id().appId());
        putExecutor.setString(2, executor.id().execId());
        String spelled = String.join("\n", executor.info().localDirs());
        String real = executor.dirs().stream().map(dir -> dir.path().toString()).collect(Collectors.joining("\n"));
        putExecutor.setString(3, spelled);
        putExecutor.setString(4, real.equals(spelled) ? "" : real);
        putExecutor.setInt(5, executor.info().subDirsPerLocalDir());
        putExecutor.setString(6, executor.info().shuffleManager());
        putExecutor.executeUpdate();
    }

    void deleteExecutors(Collection<AppExecId> ids) throws SQLException {
        for (AppExecId id : ids) {
            run(deleteExecutor, id.appId(), id.execId());
        }
    }

    void removeApplication(String appId, List<StoredRemoval> removals) throws SQLException {
        run(deleteExecutors, appId);
        run(deleteLocalDirs, appId);
        run(deleteApplication, appId);
        run(deleteIdleTime, appId);
        for (StoredRemoval removal : removals) {
            putRemoval(removal);
        }
    }

    private void putRemoval(StoredRemoval removal) throws SQLException {
        putRemoval.setString(1, removal.dir().path().toString());
        putRemoval.setString(2, Objects.requireNonNullElse(removal.appId(), StoredRemoval.ORPHAN));
        putRemoval.setString(3, removal.dir().root().toString());
        setNumber(putRemoval, 4, removal.rootInode());
        putRemoval.executeUpdate();
    }

    void putIdleTime(String appId, long idleMs) throws SQLException {
        if (idleMs == 0) {
            run(deleteIdleTime, appId);
            return;
        }
        putIdleTime.setString(1, appId);
        putIdleTime.setLong(2, idleMs);
        putIdleTime.executeUpdate();
    }

    void deleteRemoval(LocalDir dir) throws SQLException {
        run(deleteRemoval, dir.path().toString());
    }

    private void putLocalDir(StoredLocalDir dir) throws SQLException, DirConflictException {
        putLocalDir.setString(1, dir.appId());
        putLocalDir.setString(2, dir.dir().path().toString());
        putLocalDir.setString(3, dir.dir().root().toString());
        putLocalDir.setLong(4, dir.rootInode());
        if (putLocalDir.executeUpdate() == 0) {
            throw DirConflictException.ofAnother(dir.dir());
        }
    }

    /** Adds an application unless it is stored. Returns whether it was added. */
    boolean addApplication(StoredApplication application) throws SQLException {
        addApplication.setString(1, application.appId());
        if (addApplication.executeUpdate() == 0) {
            return false;
        }
        putApplication(application);
        return true;
    }

    /** Adds a directory's owner, unless it has another, or is being removed. Returns whether that is its owner now. */
    boolean addLocalDir(StoredLocalDir dir) throws SQLException {
        try {
            checkDirs(List.of(dir));
            putLocalDir(dir);
            return true;
        } catch (DirConflictException e) {
            return false;
        }
    }

    /** Adds an executor unless it is stored; its application must own its directories. Returns whether it was added. */
    boolean addExecutor(RegisteredExecutor executor) throws SQLException {
        executorAt.setString(1, executor.id().appId());
        executorAt.setString(2, executor.id().execId());
        try (ResultSet rows = executorAt.executeQuery()) {
            if (rows.next()) {
                return false;
            }
        }
        putExecutor(executor);
        return true;
    }

    /** Adds an intent to delete a directory unless it has an owner. Returns whether it was added. */
    boolean addRemoval(StoredRemoval removal) throws SQLException {
        if (isOwned(removal.dir())) {
            return false;
        }
        putRemoval(removal);
        return true;
    }

    boolean isOwnedBy(LocalDir dir, String appId) throws SQLException {
        return appId.equals(appId(ownerOf, dir.path()));
    }

    boolean isOwned(LocalDir dir) throws SQLException {
        return appId(ownerOf, dir.path()) != null;
    }

    /** Checks that directories could be registered. Only reads. */
    void checkDirs(List<StoredLocalDir> dirs) throws SQLException, DirConflictException {
        for (StoredLocalDir dir : dirs) {
            checkNotInRemoval(dir.dir());
            String owner = appId(ownerOf, dir.dir().path());
            if (owner != null && !owner.equals(dir.appId())) {
                throw DirConflictException.ofAnother(dir.dir());
            }
        }
    }

    private void checkNotInRemoval(LocalDir dir) throws SQLException, DirConflictException {
        String removed = appId(removalBelow, dir.path());
        for (Path path = dir.path(); removed == null && path != null; ) {
            removed = appId(removalAt, path);
            path = path.getParent();
        }
        if (removed != null) {
            throw DirConflictException.inRemoval(dir, removed);
        }
    }

    private static @Nullable String appId(PreparedStatement query, Path path) throws SQLException {
        query.setString(1, path.toString());
        try (ResultSet rows = query.executeQuery()) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private static void setNumber(PreparedStatement statement, int column, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(column, Types.INTEGER);
        } else {
            statement.setLong(column, value);
        }
    }

    private static void run(PreparedStatement statement, String... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setString(i + 1, values[i]);
        }
        statement.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : List.of(
                begin,
                commit,
                rollback,
                addApplication,
                putApplication,
                putDrivers,
                putKept,
                deleteApplication,
                putExecutor,
                deleteExecutor,
                deleteExecutors,
                putLocalDir,
                deleteLocalDirs,
                putRemoval,
                deleteRemoval,
                ownerOf,
                executorAt,
                removalAt,
                removalBelow,
                putIdleTime,
                deleteIdleTime)) {
            statement.close();
        }
    }
}
