package dev.mesosshuffle.it.service;

import dev.mesosshuffle.it.spark.ItFolders;
import dev.mesosshuffle.it.spark.SparkJvm;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whose shuffle service a test talks to. */
public enum ServiceKind {
    /** This project's, as {@code mvn package} built it. */
    DAEMON {
        @Override
        ProcessBuilder command(String memory, Map<String, String> conf, List<String> javaOptions) {
            // Where the tests themselves run under nohup, SIGHUP is ignored, and children inherit that.
            List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=HUP"));
            command.add(ItFolders.target()
                    .resolve("mesos-shuffle-service/bin/mesos-shuffle-service")
                    .toString());
            conf.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
            command.addAll(List.of("--conf", "spark.mesos.shuffle.service.host=" + FreePort.LOOPBACK));
            ProcessBuilder builder = new ProcessBuilder(command);
            SparkJvm.withoutSparkSettings(builder);
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("SPARK_DAEMON_MEMORY", memory);
            builder.environment()
                    .put(
                            "SPARK_DAEMON_JAVA_OPTS",
                            SparkJvm.oneText(Stream.concat(SparkJvm.quietOptions().stream(), javaOptions.stream())));
            return builder;
        }
    },

    /** Spark's own for standalone clusters: it separates a defect of the daemon from one of a test. */
    SPARKS_OWN {
        @Override
        ProcessBuilder command(String memory, Map<String, String> conf, List<String> javaOptions) {
            return sparksOwn(SparkVersion.V3_5_9, memory, conf, javaOptions);
        }
    },

    /** The one of the last line that answers the handshake which Spark 2.2 to 3.1.2 begin. */
    SPARKS_OWN_2_4 {
        @Override
        ProcessBuilder command(String memory, Map<String, String> conf, List<String> javaOptions) {
            return sparksOwn(SparkVersion.V2_4_8, memory, conf, javaOptions);
        }
    },

    /** One that has TLS. */
    SPARKS_OWN_4_2 {
        @Override
        ProcessBuilder command(String memory, Map<String, String> conf, List<String> javaOptions) {
            // Without the store, whose library is not among the jars.
            return sparksOwn(
                    SparkVersion.V4_2_0,
                    memory,
                    conf,
                    Stream.concat(Stream.of("-Dspark.shuffle.service.db.enabled=false"), javaOptions.stream())
                            .toList());
        }
    };

    private static ProcessBuilder sparksOwn(
            SparkVersion version, String memory, Map<String, String> conf, List<String> javaOptions) {
        List<String> options = Stream.concat(
                        Stream.of("-Xmx" + memory, "-Dspark.shuffle.service.enabled=true"), javaOptions.stream())
                .toList();
        return SparkJvm.command(
                version, List.<Path>of(), conf, options, "org.apache.spark.deploy.ExternalShuffleService", List.of());
    }

    abstract ProcessBuilder command(String memory, Map<String, String> conf, List<String> javaOptions);

    /** The daemon, unless the tests are run with {@code -Dit.service=SPARKS_OWN}, or another name of these. */
    public static ServiceKind underTest() {
        return valueOf(System.getProperty("it.service", DAEMON.name()));
    }
}
