package dev.mesosshuffle.store;

import dev.mesosshuffle.model.LocalDir;
import java.sql.SQLException;

/**
 * Forgets the intent to delete a dir.
 *
 * @param dir the dir, which is deleted
 */
record RemovalEndOperation(LocalDir dir) implements DeferrableOperation {
    @Override
    public void apply(Statements statements) throws SQLException {
        statements.removalDone(dir);
    }
}
