package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoredRemoval;
import java.sql.SQLException;
import java.util.List;

/**
 * Deletes an application from the store, and stores the intents to delete its directories. It frees space, and so must not
 * wait for space; directories on other disks than the registry's must not wait for that disk either.
 *
 * @param appId the application
 * @param intents the directories to be deleted
 */
record RemovalOperation(String appId, List<StoredRemoval> intents) implements DeferrableOperation {
    @Override
    public long heapBytes() {
        long bytes = DeferredSizes.OPERATION_BYTES + DeferredSizes.text(appId);
        for (StoredRemoval intent : intents) {
            bytes += DeferredSizes.dir(intent.dir());
        }
        return bytes;
    }

    @Override
    public void apply(Statements statements) throws SQLException {
        statements.removeApplication(appId, intents);
    }
}
