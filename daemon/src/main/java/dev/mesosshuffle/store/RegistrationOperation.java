package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredExecutor;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.peers.DirConflictException;
import java.sql.SQLException;
import java.util.List;

/**
 * A change that an executor or a driver waits for, and cannot do without: it may be acknowledged before it is written,
 * if it would be written but for the disk.
 */
interface RegistrationOperation extends DeferrableOperation {
    String appId();

    /** The local dirs that it claims. */
    List<StoredLocalDir> dirs();

    /** Looks whether nothing that is written speaks against it. It only reads. */
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
        public void check(Statements statements) {}

        @Override
        public void apply(Statements statements) throws SQLException {
            statements.putApplication(application);
        }
    }

    /** Stores an executor, or changes it, together with the ownership of its dirs. */
    record OfExecutor(StoredExecutor executor, List<StoredLocalDir> dirs) implements RegistrationOperation {
        @Override
        public String appId() {
            return executor.id().appId();
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
