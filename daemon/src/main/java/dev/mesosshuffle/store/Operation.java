package dev.mesosshuffle.store;

import java.sql.SQLException;

/** One change of the store, which happens whole or not at all. Runs on the writer's thread, maybe more than once. */
interface Operation {
    void apply(Statements statements) throws SQLException, DirTakenException;
}
