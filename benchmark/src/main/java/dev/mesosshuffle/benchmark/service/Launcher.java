package dev.mesosshuffle.benchmark.service;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How one kind of service is started. */
public interface Launcher {
    /** How tables call it. */
    String name();

    /**
     * The command line of a service that listens on the port.
     *
     * @param port a free port
     * @param folder for what the service writes; exists
     */
    List<String> command(int port, Path folder, Setup setup);

    /** Whether drivers of Spark on Mesos may register and send heartbeats. */
    boolean hearsDrivers();

    /** What it needs in its environment, which holds no other settings of Spark. */
    Map<String, String> environment(Setup setup);
}
