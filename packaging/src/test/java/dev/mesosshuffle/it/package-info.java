/**
 * The daemon as a whole, as its clients see it: each test starts what {@code mvn package} built and talks to it with
 * Spark's own code. Start at {@code SparkApplicationIT}.
 */
@NullMarked
package dev.mesosshuffle.it;

import org.jspecify.annotations.NullMarked;
