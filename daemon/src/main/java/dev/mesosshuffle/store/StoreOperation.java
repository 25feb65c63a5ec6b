package dev.mesosshuffle.store;

import dev.mesosshuffle.peers.DirConflictException;
import java.sql.SQLException;

/** One change of the store, which happens whole or not at all. Runs on the writer's thread, maybe more than once. */
interface StoreOperation {
    void apply(Statements statements) throws SQLException, DirConflictException;
}
