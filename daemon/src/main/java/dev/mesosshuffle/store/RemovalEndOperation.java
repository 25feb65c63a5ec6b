package dev.mesosshuffle.store;

import dev.mesosshuffle.model.LocalDir;
import java.sql.SQLException;

/**
 * Deletes the intent to delete a directory.
 *
 * @param dir the directory, which is deleted
 */
record RemovalEndOperation(LocalDir dir) implements DeferrableOperation {
    @Override
    public long heapBytes() {
        return DeferredSizes.OPERATION_BYTES + DeferredSizes.dir(dir);
    }

    @Override
    public void apply(Statements statements) throws SQLException {
        statements.deleteRemoval(dir);
    }
}
