/**
 * Real Spark, of several versions, in processes of its own: a standalone cluster and an application on it. Start at
 * {@code SparkCluster}.
 */
@NullMarked
package dev.mesosshuffle.it.spark;

import org.jspecify.annotations.NullMarked;
