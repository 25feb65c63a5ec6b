package dev.mesosshuffle.store;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Creates stores and what is stored in them. */
public final class StoreFixture {
    public static final int PORT = 7337;
    public static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-25T01:02:03Z"), ZoneOffset.UTC);
    private static final Path ROOT = Path.of("/data");
    private static final long ROOT_INODE = 2;

    private StoreFixture() {}

    public static StateStore open(Path stateDir) throws StoreException {
        return open(stateDir, new MetricRegistry());
    }

    static StateStore open(Path stateDir, MetricRegistry metrics) throws StoreException {
        return StateStore.open(stateDir, PORT, CLOCK, metrics);
    }

    public static LocalDir dir(String name) {
        return new LocalDir(ROOT, ROOT.resolve(name));
    }

    public static RegisteredExecutor executor(String appId, String execId, String... dirs) {
        List<LocalDir> places = new ArrayList<>();
        List<String> spelled = new ArrayList<>();
        for (String dir : dirs) {
            places.add(dir(dir));
            spelled.add("/link-to-data/" + dir);
        }
        return new RegisteredExecutor(
                new AppExecId(appId, execId), new ExecutorShuffleInfo(spelled, 64, "a.ShuffleManager"), places);
    }

    static List<StoredLocalDir> owned(RegisteredExecutor executor) {
        return executor.dirs().stream()
                .map(dir -> new StoredLocalDir(dir, executor.id().appId(), ROOT_INODE))
                .toList();
    }

    public static CompletableFuture<Void> put(StateStore store, RegisteredExecutor executor) {
        return store.putExecutor(executor, owned(executor));
    }

    public static StoredRemoval removal(String appId, String dir) {
        return new StoredRemoval(dir(dir), appId, 42L);
    }

    /** Waits for a future that must succeed. */
    public static void await(CompletableFuture<Void> future) throws InterruptedException, TimeoutException {
        try {
            future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e);
        }
    }

    /** Waits for a future that must fail. */
    public static Throwable awaitFailure(CompletableFuture<Void> future) throws InterruptedException, TimeoutException {
        try {
            future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("succeeded (expected: a failure)");
    }

    public static Path database(Path stateDir) {
        return stateDir.resolve("registry-" + PORT + ".db");
    }

    /** Opens the file as an operator would. */
    public static Connection asOperator(Path stateDir) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database(stateDir));
    }

    /** Returns the first column of a query's rows. */
    public static List<String> query(Connection connection, String query) throws SQLException {
        List<String> result = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                result.add(rows.getString(1));
            }
        }
        return result;
    }

    public static void execute(Connection connection, String command) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }
}
