/**
 * A listener for Spark applications, loaded by {@code spark.extraListeners} into their drivers. It registers the driver
 * with the shuffle service of each host that runs executors, sends heartbeats, and registers again after any loss. Start
 * at {@link dev.mesosshuffle.driver.ShuffleServiceListener}; the loop is {@link dev.mesosshuffle.driver.HeartbeatSender}.
 *
 * <p>Runs on Java 8, on the class path of Spark 2.2 to 4.2, and needs nothing beyond it. What differs between these
 * versions is in {@code SparkInternals}.
 */
package dev.mesosshuffle.driver;
