package dev.mesosshuffle.database;

import java.sql.Connection;
import java.sql.SQLException;

/** Gives the connection to a database that may have to be opened first. */
public interface ConnectionSource {
    Connection get() throws SQLException;
}
