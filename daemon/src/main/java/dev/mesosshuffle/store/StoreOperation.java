package dev.mesosshuffle.store;

import dev.mesosshuffle.peers.DirConflictException;
import java.sql.SQLException;

/** One atomic change of the store. Called on the thread that writes, possibly more than once. */
interface StoreOperation {
    void apply(Statements statements) throws SQLException, DirConflictException;
}
