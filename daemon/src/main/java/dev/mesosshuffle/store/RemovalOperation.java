package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoredRemoval;
import java.sql.SQLException;
import java.util.List;

/**
 * Forgets an application, and stores the intents to delete its dirs: what makes room, and so must not wait for it. Dirs on
 * other disks than the registry's must not wait for that disk either.
 *
 * @param appId the application
 * @param intents what is to be deleted
 */
record RemovalOperation(String appId, List<StoredRemoval> intents) implements DeferrableOperation {
    @Override
    public void apply(Statements statements) throws SQLException {
        statements.removeApplication(appId, intents);
    }
}
