/**
 * Spark's shuffle clients of every version behind one interface, each in a class loader of its own, and the files that
 * an executor of theirs would have written. Start at {@code SparkClients}.
 */
@NullMarked
package dev.mesosshuffle.it.client;

import org.jspecify.annotations.NullMarked;
