/**
 * The registry's file: its schema, how SQLite is opened, and the rows that are read from it.
 */
@NullMarked
package dev.mesosshuffle.database;

import org.jspecify.annotations.NullMarked;
