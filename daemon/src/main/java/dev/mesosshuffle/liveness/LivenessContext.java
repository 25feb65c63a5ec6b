package dev.mesosshuffle.liveness;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.Ticker;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the rules need from outside.
 *
 * @param ticker the time that they are judged by
 * @param wallMillis the time that files are marked with, in ms since 1970
 * @param random spreads the questions of many hosts
 * @param diskThreads where local dirs may be looked into
 * @param quietTimes keeps the quiet times of applications for the next process
 * @param keeps keeps which applications are kept by hand, likewise
 * @param driverAddresses keeps where the drivers in charge are, likewise
 * @param master the Mesos master; null if it is not to be asked
 */
public record LivenessContext(
        Ticker ticker,
        LongSupplier wallMillis,
        RandomGenerator random,
        DiskExecutor diskThreads,
        LivenessStore quietTimes,
        KeepStore keeps,
        DriverAddresses driverAddresses,
        @Nullable MesosMaster master) {}
