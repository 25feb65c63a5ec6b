package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StateVisitor;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of another registry as they are read, in groups, and counts them: all at once could need more memory than
 * this service has, and reading must not happen within a transaction, because the other disk may hang. Only what lies below
 * some roots is written. After the first failure nothing is.
 *
 * <p><b>Concurrency:</b> confined to the thread that reads.
 */
final class ImportedRows implements StateVisitor {
    private static final int MAX_GROUP = 1024;
    private static final long LIMIT_SECONDS = 8;

    private final StateStore store;
    private final Set<Path> roots;
    private final Set<String> kept;
    private final Map<String, Duration> idleTimes;
    private final List<Row> rows = new ArrayList<>();
    private @Nullable StoreException failure;
    private int applications;
    private int executors;
    private int removals;

    /**
     * Creates a writer.
     *
     * @param store gets the rows
     * @param roots whose directories are written
     * @param kept the applications that an operator keeps
     * @param idleTimes how long applications have been idle
     */
    ImportedRows(StateStore store, Set<Path> roots, Set<String> kept, Map<String, Duration> idleTimes) {
        this.store = store;
        this.roots = roots;
        this.kept = kept;
        this.idleTimes = idleTimes;
    }

    private interface Row {
        void write(Group group) throws SQLException;
    }

    /** Counts what one transaction writes. A transaction that is repeated has a new one. */
    private static final class Group {
        private final Statements statements;
        private int executors;
        private int removals;

        private Group(Statements statements) {
            this.statements = statements;
        }
    }

    /**
     * How much was written.
     *
     * @param applications all that were read
     * @param executors those that were new
     * @param removals those of directories without an owner
     */
    record Counts(int applications, int executors, int removals) {}

    /**
     * Writes what is left.
     *
     * @throws StoreException if not all rows could be written; to import them again does no harm
     */
    Counts finish() throws StoreException {
        flush();
        if (failure != null) {
            throw failure;
        }
        return new Counts(applications, executors, removals);
    }

    private void add(Row row) {
        if (rows.size() >= MAX_GROUP) {
            flush();
        }
        rows.add(row);
    }

    private void flush() {
        List<Row> group = List.copyOf(rows);
        rows.clear();
        if (failure != null || group.isEmpty()) {
            return;
        }
        AtomicReference<@Nullable Group> last = new AtomicReference<>();
        try {
            store.apply(statements -> last.set(write(group, statements))).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            failure = new StoreException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = new StoreException("interrupted", e);
        }
        Group written = last.get();
        if (failure == null && written != null) {
            executors += written.executors;
            removals += written.removals;
        }
    }

    private static Group write(List<Row> rows, Statements statements) throws SQLException {
        Group group = new Group(statements);
        for (Row row : rows) {
            row.write(group);
        }
        return group;
    }

    @Override
    public void application(StoredApplication application) {
        applications++;
        add(group -> {
            String appId = application.appId();
            if (group.statements.addApplication(application)) {
                if (kept.contains(appId)) {
                    group.statements.putKept(appId, true);
                }
                Duration idle = idleTimes.get(appId);
                if (idle != null) {
                    group.statements.putIdleTime(appId, idle.toMillis());
                }
            }
        });
    }

    @Override
    public void localDir(StoredLocalDir dir) {
        if (roots.contains(dir.dir().root())) {
            add(group -> {
                boolean unused = group.statements.addLocalDir(dir);
            });
        }
    }

    @Override
    public void executor(RegisteredExecutor executor) {
        add(group -> {
            for (LocalDir dir : executor.dirs()) {
                if (!group.statements.isOwnedBy(dir, executor.id().appId())) {
                    return;
                }
            }
            if (group.statements.addExecutor(executor)) {
                group.executors++;
            }
        });
    }

    @Override
    public void removal(StoredRemoval removal) {
        if (roots.contains(removal.dir().root())) {
            add(group -> {
                if (group.statements.addRemoval(removal)) {
                    group.removals++;
                }
            });
        }
    }

    /** Stays where it is. */
    @Override
    public void unreadableRow(String appId) {}

    /** Its directories have an owner all the same. */
    @Override
    public void oversizedExecutor() {}
}
