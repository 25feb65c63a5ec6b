/**
 * Durable changes of the registry: one writer, transactions, and what happens when the disk is full or the file is
 * lost. Start at {@code StateStore}.
 */
@NullMarked
package dev.mesosshuffle.store;

import org.jspecify.annotations.NullMarked;
