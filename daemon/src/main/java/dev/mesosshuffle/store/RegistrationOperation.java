package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import java.sql.SQLException;
import java.util.List;

/**
 * An operation that an executor or a driver waits for and cannot continue without. It may be acknowledged before it is
 * written if only the disk keeps it from being written.
 */
interface RegistrationOperation extends DeferrableOperation {
    String appId();

    /** The local directories that it claims. */
    List<StoredLocalDir> dirs();

    /** Checks that it conflicts with nothing that is stored. Only reads. */
    void check(Statements statements) throws SQLException, DirConflictException;

    /** Stores an application, or changes it. */
    record OfApplication(StoredApplication application) implements RegistrationOperation {
        @Override
        public String appId() {
            return application.appId();
        }

        @Override
        public List<StoredLocalDir> dirs() {
            return List.of();
        }

        @Override
        public long heapBytes() {
            return DeferredSizes.OPERATION_BYTES
                    + DeferredSizes.text(application.appId())
                    + DeferredSizes.text(application.driverAddresses());
        }

        @Override
        public void check(Statements statements) {}

        @Override
        public void apply(Statements statements) throws SQLException {
            statements.putApplication(application);
        }
    }

    /** Stores an executor, or changes it, together with the ownership of its directories. */
    record OfExecutor(RegisteredExecutor executor, List<StoredLocalDir> dirs) implements RegistrationOperation {
        @Override
        public String appId() {
            return executor.id().appId();
        }

        @Override
        public long heapBytes() {
            long bytes = DeferredSizes.OPERATION_BYTES
                    + DeferredSizes.text(executor.id().appId())
                    + DeferredSizes.text(executor.id().execId())
                    + DeferredSizes.text(executor.info().shuffleManager());
            for (String spelled : executor.info().localDirs()) {
                bytes += DeferredSizes.text(spelled);
            }
            for (StoredLocalDir dir : dirs) {
                bytes += DeferredSizes.dir(dir.dir());
            }
            return bytes;
        }

        @Override
        public void check(Statements statements) throws SQLException, DirConflictException {
            statements.checkDirs(dirs);
        }

        @Override
        public void apply(Statements statements) throws SQLException, DirConflictException {
            statements.putExecutor(executor, dirs);
        }
    }
}
