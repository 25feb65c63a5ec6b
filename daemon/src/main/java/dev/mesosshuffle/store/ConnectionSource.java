package dev.mesosshuffle.store;

import java.sql.Connection;
import java.sql.SQLException;

/** Gives the connection to a database that may have to be opened first. */
interface ConnectionSource {
    Connection get() throws SQLException;
}
