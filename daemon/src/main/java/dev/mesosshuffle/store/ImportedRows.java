package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StateVisitor;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of another registry into a transaction as they are read, and counts them. Only what lies below some roots
 * is written. After the first failure nothing is.
 *
 * <p><b>Concurrency:</b> confined to the thread of the transaction.
 */
final class ImportedRows implements StateVisitor {
    private final Statements statements;
    private final Set<Path> roots;
    private final Set<String> kept;
    private final Map<String, Duration> idleTimes;

    /** What the application owns here whose rows are read. */
    private final Set<LocalDir> owned = new HashSet<>();

    private @Nullable SQLException failure;
    private int applications;
    private int executors;
    private int removals;

    /**
     * Creates a writer.
     *
     * @param statements of the transaction
     * @param roots whose directories are written
     * @param kept the applications that an operator keeps
     * @param idleTimes how long applications have been idle
     */
    ImportedRows(Statements statements, Set<Path> roots, Set<String> kept, Map<String, Duration> idleTimes) {
        this.statements = statements;
        this.roots = roots;
        this.kept = kept;
        this.idleTimes = idleTimes;
    }

    private interface Write {
        void write() throws SQLException;
    }

    private void attempt(Write write) {
        if (failure == null) {
            try {
                write.write();
            } catch (SQLException e) {
                failure = e;
            }
        }
    }

    /**
     * Ends the writing.
     *
     * @throws SQLException if a row could not be written
     */
    Counts counts() throws SQLException {
        if (failure != null) {
            throw failure;
        }
        return new Counts(applications, executors, removals);
    }

    /**
     * How much was written.
     *
     * @param applications all that were read
     * @param executors those that were new
     * @param removals those of directories without an owner
     */
    record Counts(int applications, int executors, int removals) {}

    @Override
    public void application(StoredApplication application) {
        owned.clear();
        applications++;
        attempt(() -> {
            String appId = application.appId();
            if (statements.addApplication(application)) {
                if (kept.contains(appId)) {
                    statements.putKept(appId, true);
                }
                Duration idle = idleTimes.get(appId);
                if (idle != null) {
                    statements.putIdleTime(appId, idle.toMillis());
                }
            }
        });
    }

    @Override
    public void localDir(StoredLocalDir dir) {
        attempt(() -> {
            if (roots.contains(dir.dir().root()) && statements.addLocalDir(dir)) {
                owned.add(dir.dir());
            }
        });
    }

    @Override
    public void executor(RegisteredExecutor executor) {
        attempt(() -> {
            if (owned.containsAll(executor.dirs()) && statements.addExecutor(executor)) {
                executors++;
            }
        });
    }

    @Override
    public void removal(StoredRemoval removal) {
        attempt(() -> {
            if (roots.contains(removal.dir().root()) && statements.addRemoval(removal)) {
                removals++;
            }
        });
    }

    /** Stays where it is. */
    @Override
    public void unreadableRow(String appId) {}

    /** Its directories have an owner all the same. */
    @Override
    public void oversizedExecutor() {}
}
