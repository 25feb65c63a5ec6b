package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.FileTimes;
import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventRecorder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The environment of the expiry rules.
 *
 * @param ticker the monotonic time that all timeouts refer to
 * @param wallMillis the time that files are marked with, in ms since 1970
 * @param random spreads the polls of many hosts
 * @param diskExecutor runs scans of local directories
 * @param fileTimes reads the times of files
 * @param store persists what the next process must know
 * @param master the Mesos master; null if none is configured
 * @param events keeps what happens to applications
 */
public record LivenessContext(
        Ticker ticker,
        LongSupplier wallMillis,
        RandomGenerator random,
        DiskExecutor diskExecutor,
        FileTimes fileTimes,
        LivenessStore store,
        @Nullable MesosMaster master,
        EventRecorder events) {}
