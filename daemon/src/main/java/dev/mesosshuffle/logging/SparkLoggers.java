package dev.mesosshuffle.logging;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loggers of Spark's own shuffle service. Lines that operators know from it are logged under its names, verbatim; every
 * other line is logged under the name of the class that logs it.
 */
public final class SparkLoggers {
    /** Drivers that register, and applications that time out. */
    public static final Logger BLOCK_HANDLER =
            LoggerFactory.getLogger("org.apache.spark.deploy.mesos.MesosExternalShuffleBlockHandler");

    /** Executors that register, and applications that are removed. */
    public static final Logger BLOCK_RESOLVER =
            LoggerFactory.getLogger("org.apache.spark.network.shuffle.ExternalShuffleBlockResolver");

    private SparkLoggers() {}
}
