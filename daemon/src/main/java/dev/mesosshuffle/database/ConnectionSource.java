package dev.mesosshuffle.database;

import java.sql.Connection;
import java.sql.SQLException;

/** Provides the connection to a database, which may have to be opened first. */
public interface ConnectionSource {
    Connection get() throws SQLException;
}
