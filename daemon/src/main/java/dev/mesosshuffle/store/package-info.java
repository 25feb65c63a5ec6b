/**
 * Versioned records that survive a restart, in one SQLite file for each port. Start at {@code StateStore}.
 */
@NullMarked
package dev.mesosshuffle.store;

import org.jspecify.annotations.NullMarked;
